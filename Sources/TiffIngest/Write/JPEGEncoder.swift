import CTIFFShims
import Zarr

/// Baseline JPEG of 8 bits, compression 7, through libjpeg: every block a stream of its own with its own tables.
///
/// Tables shared by all blocks (tag JPEGTables) would save 600 bytes a block, and cost readers that take a tile for a
/// picture, such as slide viewers on the web.
final class JPEGEncoder: BlockPacker {
    private let format: TiffPageFormat
    private let quality: Int32

    /// - Parameter quality: 1 to 100; others are taken for the nearest.
    init(_ format: TiffPageFormat, quality: Int) {
        self.format = format
        self.quality = Int32(max(1, min(100, quality)))
    }

    /// Colours at full resolution, because they are stains that somebody may measure.
    func pack(
        _ source: UnsafeRawBufferPointer, rows: Int, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        var message = [CChar](repeating: 0, count: 256)
        // Safety: the shim reads `rows * columns * samples` bytes, which `source` has, and writes at most `target`.
        let count = tiff_jpeg_encode(
            source.baseAddress, Int32(format.blockWidth), Int32(rows), Int32(format.samplesPerPixel), quality,
            Int32(TIFF_JPEG_PLAIN.rawValue), target.baseAddress, target.count, &message)
        guard count > 0 else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw ZarrError(.invalidCall, "a TIFF block cannot be packed as JPEG: \(text)")
        }
        return count
    }
}
