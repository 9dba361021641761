import CLZMA

/// LZMA2 in an xz container, in sequence.
final class LZMAStream: SequentialDecoder {
    /// On the heap, because liblzma's state belongs to its address.
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)

    init() throws {
        stream.initialize(to: lzma_stream())
        guard lzma_stream_decoder(stream, LZMADecoder.memoryLimit, 0) == LZMA_OK else {
            stream.deallocate()
            throw TiffError(.limitExceeded, "liblzma has no memory left")
        }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    var stateBytes: Int { Int(clamping: lzma_memusage(stream)) }

    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < target.count {
            let bytes = try input.bytes()
            // Safety: liblzma reads `avail_in` and writes `avail_out` bytes at most.
            stream.pointee.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = bytes.count
            stream.pointee.next_out = target.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }
            stream.pointee.avail_out = target.count - done
            let result = lzma_code(stream, bytes.isEmpty ? LZMA_FINISH : LZMA_RUN)
            let taken = bytes.count - stream.pointee.avail_in, before = done
            input.take(taken)
            done = target.count - stream.pointee.avail_out
            if done == target.count || result == LZMA_STREAM_END { break }
            guard result == LZMA_OK || result == LZMA_BUF_ERROR else { throw LZMADecoder.failure(result) }
            if taken == 0 && done == before { break }
        }
        return done
    }
}
