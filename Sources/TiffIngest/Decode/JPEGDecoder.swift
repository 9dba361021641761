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
        var request = try request(block)
        let tables = block.jpegTables ?? []
        var message = [CChar](repeating: 0, count: 256)
        let result = tables.withUnsafeBytes {
            // Safety: the shim writes `rows * columns * samples` bytes at most, which `pixels` has.
            tiff_jpeg_decode(
                &request, $0.baseAddress, $0.count, source.baseAddress, source.count, pixels.baseAddress, &message)
        }
        try check(result, message)
    }

    /// What a stream must be to fill a block.
    ///
    /// - Throws: ``TiffError`` with code `.unsupported` where samples have other than 8 bits.
    static func request(_ block: BlockDecoder.Block) throws -> tiff_jpeg_request {
        let layout = block.layout
        guard layout.bits == 8 else {
            throw TiffError(.unsupported, "JPEG of \(layout.bits) bits a sample is not supported; 8 bits are")
        }
        var request = tiff_jpeg_request()
        request.columns = Int32(clamping: layout.blockWidth)
        request.rows = Int32(clamping: block.rows)
        request.visible_columns = Int32(clamping: block.visibleColumns)
        request.visible_rows = Int32(clamping: block.visibleRows)
        request.full_rows = Int32(clamping: layout.blockHeight)
        request.samples = Int32(clamping: layout.samplesPerBlock)
        setColours(&request, layout)
        return request
    }

    /// Throws what libjpeg or its shim said.
    ///
    /// - Parameter message: ends with a zero.
    static func check(_ result: tiff_jpeg_result, _ message: some Sequence<CChar>) throws {
        let code: TiffError.Code
        switch result {
        case TIFF_JPEG_OK: return
        case TIFF_JPEG_UNSUPPORTED: code = .unsupported
        case TIFF_JPEG_TOO_LARGE: code = .limitExceeded
        default: code = .damaged
        }
        let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw TiffError(code, "JPEG data cannot be decoded: \(text)")
    }

    private static func setColours(_ request: inout tiff_jpeg_request, _ layout: PageLayout) {
        request.stored = TIFF_JPEG_AS_MARKED
        request.wanted = TIFF_JPEG_AS_MARKED
        if layout.isPlanar {
            request.wanted = TIFF_JPEG_GRAY
        } else if layout.extraSamples.isEmpty {
            switch layout.photometric {
            case 6: request.wanted = TIFF_JPEG_RGB
            case 2:
                request.stored = TIFF_JPEG_RGB
                request.wanted = TIFF_JPEG_RGB
            case 5: request.wanted = TIFF_JPEG_CMYK
            default: break
            }
        }
    }
}
