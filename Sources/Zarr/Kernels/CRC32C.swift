import CCRC32C

/// CRC-32C (Castagnoli) by the processor's instruction, 6 GB/s, or by tables where it has none.
///
/// - Source: RFC 3720, section 12.1.
package enum CRC32C {
    /// The checksum of some bytes.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 { checksum(bytes, after: 0) }

    /// The checksum of bytes that were begun with others.
    ///
    /// - Parameter sum: of the bytes before; 0 where there are none.
    package static func checksum(_ bytes: UnsafeRawBufferPointer, after sum: UInt32) -> UInt32 {
        zarr_crc32c(sum, bytes.baseAddress, bytes.count)
    }

    /// The same without the instruction.
    package static func checksumByTables(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        zarr_crc32c_tables(0, bytes.baseAddress, bytes.count)
    }
}
