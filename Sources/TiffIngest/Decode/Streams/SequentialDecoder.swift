/// A decompressor that stops when its target is full and goes on from there: for blocks too large to be held whole.
///
/// Each gives the same bytes as its sibling for whole blocks, which a test compares. Belongs to one worker.
package protocol SequentialDecoder: AnyObject {
    /// Bytes the decoder holds, its window included; known once it has decoded something.
    var stateBytes: Int { get }

    /// Decodes until the target is full or the data end.
    ///
    /// - Returns: bytes written; fewer than asked for only where the data have ended.
    /// - Throws: ``TiffError`` with code `.damaged` where the stream is broken.
    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int
}

extension Compression {
    /// Whether blocks of any size can be decoded from front to back without being held.
    package var isSequential: Bool {
        [.none, .lzw, .jpeg, .deflate, .oldDeflate, .packBits, .lzma, .oldZstandard, .zstandard].contains(self)
    }

    /// A decoder at the beginning of a block, of compressions that know nothing but bytes.
    ///
    /// - Throws: ``TiffError`` with code `.unsupported` for all others: blocks that are images of their own.
    package func sequentialDecoder() throws -> any SequentialDecoder {
        switch self {
        case .none: StoredStream()
        case .lzw: LZWStream()
        case .packBits: PackBitsStream()
        case .deflate, .oldDeflate: try DeflateStream()
        case .zstandard, .oldZstandard: try ZstandardStream()
        case .lzma: try LZMAStream()
        default: throw TiffError(.unsupported, "\(name) blocks are no streams of bytes")
        }
    }
}

extension Page {
    /// A decoder at the beginning of a block.
    ///
    /// - Throws: ``TiffError`` with code `.unsupported` where blocks can only be decoded whole.
    func sequentialDecoder(block: Int) throws -> any SequentialDecoder {
        try layout.compression == .jpeg ? JPEGStream(self.block(block)) : layout.compression.sequentialDecoder()
    }
}

/// Bytes stored as they are, which are read in sequence where a predictor or reversed bits must be undone.
final class StoredStream: SequentialDecoder {
    let stateBytes = 0

    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < target.count {
            let bytes = try input.bytes()
            if bytes.isEmpty { break }
            let count = min(bytes.count, target.count - done)
            UnsafeMutableRawBufferPointer(rebasing: target[done...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            input.take(count)
            done += count
        }
        return done
    }
}
