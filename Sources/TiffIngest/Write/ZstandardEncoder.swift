import CZstd
import Zarr

/// One Zstandard frame a block, compression 50000.
final class ZstandardEncoder: BlockPacker {
    private let context: OpaquePointer
    private let level: Int32

    /// - Parameter level: -7 to 22; others are taken for the nearest.
    init(level: Int) throws {
        guard let context = ZSTD_createCCtx() else {
            throw ZarrError(.ioFailure, "no memory for a Zstandard compressor")
        }
        self.context = context
        self.level = Int32(max(-7, min(22, level)))
    }

    deinit { ZSTD_freeCCtx(context) }

    func pack(
        _ source: UnsafeRawBufferPointer, rows: Int, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        let count = ZSTD_compressCCtx(
            context, target.baseAddress, target.count, source.baseAddress, source.count, level)
        guard ZSTD_isError(count) == 0 else {
            throw ZarrError(
                .invalidCall, "a TIFF block could not be compressed: \(String(cString: ZSTD_getErrorName(count)))")
        }
        return count
    }
}
