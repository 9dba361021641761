import CWebP
import OMEZarr

/// Packs pictures as WebP: with losses, or where pixels are transparent without.
///
/// - Source: RFC 9649.
enum WebPPicture {
    /// - Parameters:
    ///   - picture: of at most 16383 pixels a side.
    ///   - quality: 1 to 100.
    /// - Throws: ``ServiceError`` where libwebp refuses.
    static func encode(_ picture: RenderedPicture, quality: Int) throws -> [UInt8] {
        var config = WebPConfig(), frame = WebPPicture_(), writer = WebPMemoryWriter()
        guard WebPConfigInit(&config) != 0, WebPPictureInit(&frame) != 0 else { throw failure(0) }
        WebPMemoryWriterInit(&writer)
        config.quality = Float(quality)
        // Of 0 (fast) to 6: a tile is looked at once, and 1 takes a third of the time of the default for 5 % more bytes.
        config.method = 1
        config.lossless = picture.layout == .rgba8 ? 1 : 0
        frame.use_argb = config.lossless
        frame.width = Int32(picture.width)
        frame.height = Int32(picture.height)
        defer {
            WebPPictureFree(&frame)
            WebPMemoryWriterClear(&writer)
        }
        guard fill(&frame, with: picture) else { throw failure(frame.error_code.rawValue) }
        let isDone = withUnsafeMutablePointer(to: &writer) { writer in
            // Safety: the writer outlives the call that writes to it.
            frame.custom_ptr = UnsafeMutableRawPointer(writer)
            frame.writer = { WebPMemoryWrite($0, $1, $2) }
            return WebPEncode(&config, &frame) != 0
        }
        guard isDone, let memory = writer.mem else { throw failure(frame.error_code.rawValue) }
        return Array(UnsafeBufferPointer(start: memory, count: writer.size))
    }

    private typealias WebPPicture_ = CWebP.WebPPicture

    /// Safety: the import reads as many pixels as the picture has.
    private static func fill(_ frame: inout CWebP.WebPPicture, with picture: RenderedPicture) -> Bool {
        switch picture.layout {
        case .rgba8:
            return picture.bytes.withUnsafeBufferPointer {
                WebPPictureImportRGBA(&frame, $0.baseAddress, Int32(4 * picture.width)) != 0
            }
        case .rgb8:
            return picture.bytes.withUnsafeBufferPointer {
                WebPPictureImportRGB(&frame, $0.baseAddress, Int32(3 * picture.width)) != 0
            }
        default:
            return picture.expanded.withUnsafeBufferPointer {
                WebPPictureImportRGB(&frame, $0.baseAddress, Int32(3 * picture.width)) != 0
            }
        }
    }

    private static func failure(_ code: UInt32) -> ServiceError {
        ServiceError(.internalServerError, "internal", "the picture cannot be packed as WebP: libwebp says \(code)")
    }
}

extension RenderedPicture {
    /// Red, green and blue of a grey picture.
    fileprivate var expanded: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 3 * bytes.count) { target, filled in
            for (index, value) in bytes.enumerated() {
                for component in 0..<3 { target[3 &* index &+ component] = value }
            }
            filled = 3 * bytes.count
        }
    }
}
