import CDeflate
import CZstd

/// The scratch memory and compressor states of one worker, made once and used for every chunk.
///
/// Belongs to one thread at a time.
public final class CodecWorkspace {
    private var idle = [ByteBlock]()
    private var zstdCompression: OpaquePointer?
    private var zstdDecompression: OpaquePointer?
    private var deflateCompression = [Int32: OpaquePointer]()
    private var deflateDecompression: OpaquePointer?

    /// An empty workspace; what a codec needs is made when it is first needed.
    public init() {}

    deinit {
        ZSTD_freeCCtx(zstdCompression)
        ZSTD_freeDCtx(zstdDecompression)
        deflateCompression.values.forEach { libdeflate_free_compressor($0) }
        if let deflateDecompression { libdeflate_free_decompressor(deflateDecompression) }
    }

    /// Most bytes one scratch block may take: a quarter of the machine's memory, at least 1 GiB. Metadata can claim
    /// chunks of any size; this is where the claim ends.
    package static let largestBlock = max(MachineMemory.bytes / 4, 1 << 30)

    /// Runs `body` with an empty block of at least `capacity` bytes that nobody else uses meanwhile.
    ///
    /// - Throws: ``ZarrError`` with code `.limitExceeded` where the block would be larger than ``largestBlock``.
    func withBlock<Result>(_ capacity: Int, _ body: (ByteBlock) throws -> Result) throws -> Result {
        try Self.check(capacity)
        let block = idle.popLast() ?? ByteBlock()
        defer { idle.append(block) }
        block.removeAll()
        block.reserve(capacity)
        return try body(block)
    }

    /// - Throws: ``ZarrError`` with code `.limitExceeded` where a block of so many bytes would be too large.
    static func check(_ capacity: Int) throws {
        guard capacity <= largestBlock else {
            throw ZarrError(
                .limitExceeded,
                "a chunk needs \(capacity) bytes of memory at once, more than the \(largestBlock) allowed on this "
                    + "machine: write the array with smaller chunks")
        }
    }

    func zstdCompressor() throws -> OpaquePointer {
        try Self.made(&zstdCompression, ZSTD_createCCtx)
    }

    func zstdDecompressor() throws -> OpaquePointer {
        try Self.made(&zstdDecompression, ZSTD_createDCtx)
    }

    func deflateCompressor(level: Int) throws -> OpaquePointer {
        let level = Int32(min(max(level, 0), 12))
        return try Self.made(&deflateCompression[level]) { libdeflate_alloc_compressor(level) }
    }

    func deflateDecompressor() throws -> OpaquePointer {
        try Self.made(&deflateDecompression, libdeflate_alloc_decompressor)
    }

    private static func made(_ slot: inout OpaquePointer?, _ make: () -> OpaquePointer?) throws -> OpaquePointer {
        if let slot { return slot }
        guard let made = make() else {
            throw ZarrError(.limitExceeded, "out of memory: a compressor's state cannot be made; use fewer threads")
        }
        slot = made
        return made
    }
}
