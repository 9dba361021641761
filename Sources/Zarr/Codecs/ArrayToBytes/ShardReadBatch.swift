/// Chunks of one shard to be read at once: neighbours in the file become one range, all ranges one call.
struct ShardReadBatch {
    private struct Part {
        /// What is read of the chunk, counted from the start of the shard.
        let bytes: Range<Int>
        let region: Region
        let target: StridedPixels
        /// True where the bytes are stored as they are and no more than the region takes.
        let isSpan: Bool
        /// True where they can be read to where the pixels go.
        let isSeamless: Bool
    }

    /// Neighbouring parts.
    private struct Run {
        var bytes: Range<Int>
        var parts: Range<Int>
        /// Where the pixels go at once; nil where the bytes go to a block first.
        var target: UnsafeMutableRawPointer?
    }

    private let inner: CodecPipeline
    private var parts = [Part]()
    private var byteCount = 0

    // Bounds what one call may hold in memory; large enough that a call costs little beside its bytes.
    private static let largestCall = 32 << 20, mostParts = 4096
    // Reading a few bytes nobody wants costs less than another request.
    private static let largestGap = 4096

    /// - Parameter inner: what decodes the chunks.
    init(_ inner: CodecPipeline) { self.inner = inner }

    var isFull: Bool { byteCount >= Self.largestCall || parts.count >= Self.mostParts }

    /// - Parameters:
    ///   - bytes: where the chunk lies in the shard.
    ///   - region: the part of the chunk wanted.
    ///   - target: where its pixels go.
    /// - Throws: ``ZarrError`` with code `.corrupt` where a chunk that is stored as it is has a wrong size.
    mutating func add(_ bytes: Range<Int>, _ region: Region, _ target: StridedPixels) throws {
        var part = Part(bytes: bytes, region: region, target: target, isSpan: false, isSeamless: false)
        if let span = inner.span(of: region) {
            guard bytes.count == inner.byteCount else {
                throw ZarrError(
                    .corrupt, "\(inner.byteCount) bytes of pixels were expected, but there are \(bytes.count)")
            }
            let wanted = bytes.lowerBound + span.lowerBound..<bytes.lowerBound + span.upperBound
            part = Part(
                bytes: wanted, region: region, target: target, isSpan: true,
                isSeamless: inner.isSeamless(span, into: target))
        }
        parts.append(part)
        byteCount &+= part.bytes.count
    }

    /// Reads and decodes what was added and starts anew.
    mutating func run(_ source: any ByteSource, _ workspace: CodecWorkspace) throws {
        guard !parts.isEmpty else { return }
        parts.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
        let runs = runs()
        var room = 0
        let offsets = runs.map { run in
            defer { room += run.target == nil ? run.bytes.count : 0 }
            return room
        }
        try workspace.withBlock(room) { block in
            let places = zip(runs, offsets).map { $0.target ?? block.base + $1 }
            let isThere = try source.read(runs.map { .from(offset: $0.bytes.lowerBound, count: $0.bytes.count) }) {
                guard $1 == runs[$0].bytes.count else {
                    throw ZarrError(.corrupt, "the store gave fewer bytes than asked for: read it again")
                }
                return places[$0]
            }
            guard isThere else { throw ZarrError(.corrupt, "the shard vanished while it was read: read it again") }
            for (run, place) in zip(runs, places) {
                for part in parts[run.parts] {
                    try decode(part, place + (part.bytes.lowerBound - run.bytes.lowerBound), workspace)
                }
            }
        }
        parts.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    private func runs() -> [Run] {
        var runs = [Run]()
        for (number, part) in parts.enumerated() {
            if let last = runs.last, last.target == nil, !part.isSeamless,
                part.bytes.lowerBound <= last.bytes.upperBound + Self.largestGap
            {
                let end = max(last.bytes.upperBound, part.bytes.upperBound)
                runs[runs.count - 1].bytes = last.bytes.lowerBound..<end
                runs[runs.count - 1].parts = last.parts.lowerBound..<number + 1
            } else {
                let target = part.isSeamless ? part.target.base : nil
                runs.append(Run(bytes: part.bytes, parts: number..<number + 1, target: target))
            }
        }
        return runs
    }

    /// Safety: the bytes of the part lie at `place`.
    private func decode(_ part: Part, _ place: UnsafeMutableRawPointer, _ workspace: CodecWorkspace) throws {
        if part.isSeamless { return }
        if part.isSpan { return inner.decode(span: place, part.region, into: part.target) }
        let encoded = UnsafeRawBufferPointer(start: place, count: part.bytes.count)
        try inner.decode(encoded, part.region, into: part.target, workspace)
    }
}
