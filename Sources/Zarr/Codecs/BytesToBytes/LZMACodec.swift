import CLZMA

/// The codec `lzma` of numcodecs: an .xz container, an old .lzma file, or bare LZMA data with the filters the metadata
/// names.
///
/// - Source: numcodecs, `lzma`; Python, module `lzma`, whose numbers of formats, checks and filters are liblzma's.
struct LZMACodec: BytesToBytesCodec {
    static let name = "numcodecs.lzma"

    private enum Format: Int {
        case automatic, xz, alone, raw
    }

    private let format: Format
    private let check: lzma_check
    private let preset: UInt32
    private let filters: LZMAFilters?

    /// The most a decoder may take; the dictionary of the highest preset takes 65 MiB.
    private static let memoryLimit: UInt64 = 128 << 20

    /// LZMA_CONCATENATED, a macro that Swift does not see: containers that follow one another are read to the end.
    private static let concatenated: UInt32 = 0x08

    /// - Throws: ``ZarrError`` with code `.corrupt` where the configuration is none, `.unsupported` for a filter that
    ///   cannot be read.
    init(_ spec: CodecSpec) throws {
        format = Format(rawValue: try spec.integer("format", in: 0...3, standard: 1)) ?? .xz
        let check = try spec.integer("check", in: -1...15, standard: -1)
        self.check = lzma_check(rawValue: UInt32(check < 0 ? Int(LZMA_CHECK_CRC64.rawValue) : check))
        preset = UInt32(try spec.integer("preset", in: 0...9, standard: 6))
        filters = try LZMAFilters(spec.configuration["filters"])
        guard format != .raw || filters != nil else {
            throw ZarrError(.corrupt, "lzma without a container (\"format\" 3) must name its \"filters\"")
        }
    }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        // liblzma knows no bound for all of its formats.
        let bound = largestEncodedSize(bytes.count)
        encoded.reserve(encoded.count + bound)
        let room = UnsafeMutableRawBufferPointer(start: encoded.base + encoded.count, count: bound)
        encoded.count += try run(bytes, into: room) { stream in
            switch (format, filters) {
            case (.raw, let filters?): return try filters.withChain { lzma_raw_encoder(&stream, $0) }
            case (.alone, _):
                var options = lzma_options_lzma()
                lzma_lzma_preset(&options, preset)
                return lzma_alone_encoder(&stream, &options)
            case (_, let filters?): return try filters.withChain { lzma_stream_encoder(&stream, $0, check) }
            case (_, nil): return lzma_easy_encoder(&stream, preset, check)
            }
        }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        try run(encoded, into: room) { stream in
            switch (format, filters) {
            case (.raw, let filters?):
                try filters.withChain { chain in
                    lzma_raw_decoder_memusage(chain) <= Self.memoryLimit
                        ? lzma_raw_decoder(&stream, chain) : LZMA_MEMLIMIT_ERROR
                }
            case (.alone, _): lzma_alone_decoder(&stream, Self.memoryLimit)
            case (.automatic, _): lzma_auto_decoder(&stream, Self.memoryLimit, Self.concatenated)
            default: lzma_stream_decoder(&stream, Self.memoryLimit, Self.concatenated)
            }
        }
    }

    /// Runs a coder over all bytes.
    ///
    /// - Returns: bytes written.
    private func run(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ start: (inout lzma_stream) throws -> lzma_ret
    ) throws -> Int {
        var stream = lzma_stream()
        defer { lzma_end(&stream) }
        let started = try start(&stream)
        guard started == LZMA_OK else { throw Self.failure(started) }
        // Safety: liblzma reads `avail_in` and writes `avail_out` bytes at most.
        stream.next_in = source.orEmpty.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = source.count
        stream.next_out = room.orEmpty.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room.count
        var result = LZMA_OK
        while result == LZMA_OK { result = lzma_code(&stream, LZMA_FINISH) }
        guard result == LZMA_STREAM_END else {
            throw result == LZMA_BUF_ERROR && stream.avail_out == 0
                ? ZarrError(.corrupt, "the lzma data hold more than the \(room.count) bytes expected")
                : Self.failure(result)
        }
        return room.count - stream.avail_out
    }

    private static func failure(_ result: lzma_ret) -> ZarrError {
        switch result {
        case LZMA_MEMLIMIT_ERROR:
            ZarrError(.limitExceeded, "the lzma data need more than \(memoryLimit >> 20) MiB to be decoded")
        case LZMA_MEM_ERROR: ZarrError(.limitExceeded, "lzma has no memory left")
        case LZMA_OPTIONS_ERROR: ZarrError(.unsupported, "liblzma does not know the options of the lzma data")
        default: ZarrError(.corrupt, "the lzma data are damaged or incomplete (liblzma error \(result.rawValue))")
        }
    }
}
