import CTIFFShims
import OMEZarr

/// Packs pictures as baseline JPEG with a JFIF header.
///
/// - Source: ITU-T T.81; ITU-T T.871 (JFIF).
enum JPEGPicture {
    /// From this quality on colours keep their full resolution: whoever asks for it wants to see them.
    private static let fullColors = 90

    /// - Parameters:
    ///   - picture: grey or RGB, of at most 65500 pixels a side.
    ///   - quality: 1 to 100.
    /// - Throws: ``ServiceError`` where libjpeg refuses.
    static func encode(_ picture: RenderedPicture, quality: Int) throws -> [UInt8] {
        let samples = picture.layout.bytesPerPixel
        let flags = TIFF_JPEG_PICTURE.rawValue | (quality < fullColors ? TIFF_JPEG_HALVED_COLOURS.rawValue : 0)
        // Noise at quality 100 takes more than its pixels; blocks at the edges are whole, and tables take their part.
        let capacity = 2 * samples * (picture.width + 16) * (picture.height + 16) + 4096
        var message = [CChar](repeating: 0, count: 256)
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { target, filled in
            picture.bytes.withUnsafeBytes { pixels in
                // Safety: the shim reads as many pixels as the picture has, and writes at most the capacity.
                let count = tiff_jpeg_encode(
                    pixels.baseAddress, Int32(picture.width), Int32(picture.height), Int32(samples), Int32(quality),
                    Int32(flags), target.baseAddress, target.count, &message)
                failed = count <= 0
                filled = max(count, 0)
            }
        }
        guard !failed else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw ServiceError(.internalServerError, "internal", "the picture cannot be packed as JPEG: \(text)")
        }
        // The capacity is many times what a picture takes, and pictures are remembered.
        return bytes.withUnsafeBufferPointer { Array($0) }
    }
}
