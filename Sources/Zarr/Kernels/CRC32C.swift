import CCRC32C

/// CRC-32C (Castagnoli) by the processor's instruction, 6 GB/s, or by tables where it has none.
///
/// - Source: RFC 3720, section 12.1.
package enum CRC32C {
    /// The checksum of some bytes.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        zarr_crc32c(0, bytes.baseAddress, bytes.count)
    }

    /// The same without the instruction.
    package static func checksumByTables(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        zarr_crc32c_tables(0, bytes.baseAddress, bytes.count)
    }
}
