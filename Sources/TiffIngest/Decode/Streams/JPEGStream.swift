import CTIFFShims

/// JPEG, in sequence, as ``JPEGDecoder`` decodes it whole.
///
/// A stream of one scan is decoded a row of blocks at a time. Of several scans (progressive) the last may change any pixel,
/// so libjpeg keeps the coefficients of all: ``stateBytes`` says so once the header was read, and the shim refuses what
/// is larger than a block may be.
final class JPEGStream: SequentialDecoder {
    private let stream: OpaquePointer
    private let rowBytes: Int
    private let source = Source()

    /// The bytes behind libjpeg, which asks for the next piece when it has done with the one before.
    private final class Source {
        var input: StoredInput?
        private var given = 0
        private(set) var failure: (any Error)?

        func next() -> UnsafeRawBufferPointer? {
            do {
                input?.take(given)
                let bytes = try input?.bytes() ?? UnsafeRawBufferPointer(start: nil, count: 0)
                given = bytes.count
                return bytes
            } catch {
                failure = error
                return nil
            }
        }
    }

    /// - Throws: ``TiffError`` with code `.unsupported` where samples have other than 8 bits.
    init(_ block: BlockDecoder.Block) throws {
        var request = try JPEGDecoder.request(block)
        rowBytes = block.rowBytes
        let owner = Unmanaged.passUnretained(source).toOpaque()
        let opened = (block.jpegTables ?? []).withUnsafeBytes {
            tiff_jpeg_open(
                &request, $0.baseAddress, $0.count,
                { owner, bytes in
                    // Safety: the owner is `source`, which lives as long as the stream that calls.
                    guard let owner, let piece = Unmanaged<Source>.fromOpaque(owner).takeUnretainedValue().next()
                    else { return -1 }
                    bytes?.pointee = piece.baseAddress
                    return piece.count
                }, owner)
        }
        guard let opened else { throw TiffError(.limitExceeded, "libjpeg has no memory left") }
        stream = opened
    }

    deinit { tiff_jpeg_close(stream) }

    var stateBytes: Int { tiff_jpeg_state_bytes(stream) }

    /// Decodes whole rows; where the target has none, only the header.
    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        source.input = input
        var done: Int32 = 0
        // Safety: the shim writes as many rows as are asked for, each of `rowBytes`.
        let result = tiff_jpeg_read(stream, target.baseAddress, Int32(clamping: target.count / rowBytes), &done)
        if let failure = source.failure { throw failure }
        try JPEGDecoder.check(result, UnsafeBufferPointer(start: tiff_jpeg_message(stream), count: 256))
        return Int(done) * rowBytes
    }
}
