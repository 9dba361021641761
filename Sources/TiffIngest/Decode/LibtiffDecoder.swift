import CTIFFShims

/// Decodes blocks of rare compressions through libtiff, which opens the file a second time by its path.
/// Belongs to one worker.
package final class LibtiffDecoder {
    package init() {}

    private var opened: (path: String, file: OpaquePointer)?

    deinit { if let opened { tiff_lib_close(opened.file) } }

    /// Decodes a block into pixels in the byte order of the machine.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where libtiff cannot decode it, with its message.
    package func decode(_ path: String, _ page: Page, block: Int, into pixels: UnsafeMutableRawBufferPointer) throws {
        var message = [CChar](repeating: 0, count: 256)
        if opened?.path != path {
            if let opened { tiff_lib_close(opened.file) }
            opened = nil
            guard let file = tiff_lib_open(path) else {
                throw TiffError(.damaged, "libtiff cannot open the file", path: path)
            }
            opened = (path, file)
        }
        guard let file = opened?.file else { return }
        // Safety: libtiff writes at most as many bytes as the buffer is said to have.
        let count = tiff_lib_decode(
            file, UInt64(page.directory), page.layout.isTiled ? 1 : 0, UInt32(truncatingIfNeeded: block),
            pixels.baseAddress, pixels.count, &message)
        guard count == pixels.count else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw TiffError(
                .damaged,
                "libtiff decodes \(max(0, count)) bytes of \(pixels.count)" + (text.isEmpty ? "" : ": \(text)"))
        }
    }
}
