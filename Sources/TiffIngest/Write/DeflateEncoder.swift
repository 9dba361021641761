import CDeflate
import Zarr

/// Deflate in a zlib wrapper, compression 8, by libdeflate.
final class DeflateEncoder: BlockPacker {
    private let compressor: OpaquePointer

    /// - Parameter level: 1 to 12; others are taken for the nearest.
    init(level: Int) throws {
        guard let compressor = libdeflate_alloc_compressor(Int32(max(1, min(12, level)))) else {
            throw ZarrError(.ioFailure, "no memory for a deflate compressor")
        }
        self.compressor = compressor
    }

    deinit { libdeflate_free_compressor(compressor) }

    func pack(
        _ source: UnsafeRawBufferPointer, rows: Int, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        let count = libdeflate_zlib_compress(
            compressor, source.baseAddress, source.count, target.baseAddress, target.count)
        guard count > 0 else { throw ZarrError(.invalidCall, "a TIFF block could not be compressed") }
        return count
    }
}
