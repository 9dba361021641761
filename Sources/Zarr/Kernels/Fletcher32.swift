/// The Fletcher checksum of HDF5: two sums, modulo 65535, of big-endian 16-bit words; a last odd byte is the high half
/// of a word.
///
/// - Source: HDF5, `H5_checksum_fletcher32`.
package enum Fletcher32 {
    /// The checksum of some bytes; the sum of sums is the high half.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum: UInt64 = 0, sumOfSums: UInt64 = 0
        let wordCount = bytes.count / 2
        var word = 0
        while word < wordCount {
            // 2^16 words at most: the sum of sums stays below 2^16 * 2^32.
            let end = min(word + 1 << 16, wordCount)
            while word < end {
                let value = bytes.loadUnaligned(fromByteOffset: word &* 2, as: UInt16.self)
                sum &+= UInt64(UInt16(bigEndian: value))
                sumOfSums &+= sum
                word &+= 1
            }
            sum %= 65535
            sumOfSums %= 65535
        }
        if bytes.count % 2 == 1 {
            sum = (sum + UInt64(bytes[bytes.count - 1]) << 8) % 65535
            sumOfSums = (sumOfSums + sum) % 65535
        }
        return UInt32(sumOfSums) << 16 | UInt32(sum)
    }

    /// True where a stored checksum means the same as a computed one. HDF5 writes 65535 for a sum of 0 that is not of
    /// zeros; old versions of HDF5 and of numcodecs took the words for little-endian, which swaps the bytes of the sums.
    package static func isEqual(_ stored: UInt32, _ computed: UInt32) -> Bool {
        func halves(_ sums: UInt32) -> [UInt32] { [(sums >> 16) % 65535, (sums & 0xFFFF) % 65535] }
        let swapped = (computed & 0x00FF_00FF) << 8 | (computed >> 8 & 0x00FF_00FF)
        return halves(stored) == halves(computed) || halves(stored) == halves(swapped)
    }
}
