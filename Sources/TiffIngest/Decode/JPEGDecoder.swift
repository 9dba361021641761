import CTIFFShims

/// Baseline and progressive JPEG of 8 bits, compression 7, through libjpeg.
///
/// Which colours the stream holds is decided as tifffile does: by the photometric tag, but a stream without a JFIF
/// marker under photometric RGB is RGB as it stands (Aperio), and planes stored apart are greyscale each.
enum JPEGDecoder {
    /// Decodes a block.
    ///
    /// - Parameter pixels: `[y, x, sample]` of the whole block.
    /// - Throws: ``TiffError`` with code `.damaged` or `.unsupported`.
    static func decode(
        _ source: UnsafeRawBufferPointer, _ block: BlockDecoder.Block, into pixels: UnsafeMutableRawBufferPointer
    ) throws {
        let layout = block.layout
        guard layout.bits == 8 else {
            throw TiffError(.unsupported, "JPEG of \(layout.bits) bits a sample is not supported; 8 bits are")
        }
        var request = tiff_jpeg_request()
        request.columns = Int32(layout.blockWidth)
        request.rows = Int32(block.rows)
        request.visible_columns = Int32(block.visibleColumns)
        request.visible_rows = Int32(block.visibleRows)
        request.full_rows = Int32(layout.blockHeight)
        request.samples = Int32(layout.samplesPerBlock)
        setColours(
            &request, layout, isJFIF: source.count > 10 && source[6..<10].elementsEqual([0x4A, 0x46, 0x49, 0x46]))
        let tables = block.jpegTables ?? []
        var message = [CChar](repeating: 0, count: 256)
        let result = tables.withUnsafeBytes {
            // Safety: the shim writes `rows * columns * samples` bytes at most, which `pixels` has.
            tiff_jpeg_decode(
                &request, $0.baseAddress, $0.count, source.baseAddress, source.count, pixels.baseAddress, &message)
        }
        guard result == TIFF_JPEG_OK else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw TiffError(
                result == TIFF_JPEG_UNSUPPORTED ? .unsupported : .damaged, "JPEG data cannot be decoded: \(text)")
        }
    }

    private static func setColours(_ request: inout tiff_jpeg_request, _ layout: PageLayout, isJFIF: Bool) {
        request.stored = TIFF_JPEG_AS_MARKED
        request.wanted = TIFF_JPEG_AS_MARKED
        if layout.isPlanar {
            request.wanted = TIFF_JPEG_GRAY
        } else if layout.extraSamples.isEmpty {
            switch layout.photometric {
            case 6: request.wanted = TIFF_JPEG_RGB
            case 2:
                if !isJFIF { request.stored = TIFF_JPEG_RGB }
                request.wanted = TIFF_JPEG_RGB
            case 5: request.wanted = TIFF_JPEG_CMYK
            default: break
            }
        }
    }
}
