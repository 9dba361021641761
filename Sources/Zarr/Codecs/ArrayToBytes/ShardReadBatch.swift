/// Chunks of one shard to be read at once: neighbours in the file become one range, all ranges one call.
struct ShardReadBatch {
    private struct Part {
        let bytes: Range<Int>
        let region: Region
        let target: StridedPixels
    }

    private var parts = [Part]()
    private var byteCount = 0

    // Bounds what one call may hold in memory; large enough that a call costs little beside its bytes.
    private static let largestCall = 32 << 20, mostParts = 4096
    // Reading a few bytes nobody wants costs less than another request.
    private static let largestGap = 4096

    var isFull: Bool { byteCount >= Self.largestCall || parts.count >= Self.mostParts }

    /// - Parameters:
    ///   - bytes: where the chunk lies in the shard.
    ///   - region: the part of the chunk wanted.
    ///   - target: where its pixels go.
    mutating func add(_ bytes: Range<Int>, _ region: Region, _ target: StridedPixels) {
        parts.append(Part(bytes: bytes, region: region, target: target))
        byteCount &+= bytes.count
    }

    /// Reads and decodes what was added and starts anew.
    mutating func run(_ inner: CodecPipeline, _ source: any ByteSource, _ workspace: CodecWorkspace) throws {
        guard !parts.isEmpty else { return }
        parts.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
        var runs = [Range<Int>](), runOfPart = [Int]()
        for part in parts {
            if let last = runs.last, part.bytes.lowerBound <= last.upperBound + Self.largestGap {
                runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, part.bytes.upperBound)
            } else {
                runs.append(part.bytes)
            }
            runOfPart.append(runs.count - 1)
        }
        guard let read = try source.read(runs.map { .from(offset: $0.lowerBound, count: $0.count) }),
            read.count == runs.count
        else { throw ZarrError(.corrupt, "the shard vanished while it was read: read it again") }
        for (part, run) in zip(parts, runOfPart) {
            let first = part.bytes.lowerBound - runs[run].lowerBound
            try read[run].withUnsafeBytes { bytes in
                guard first + part.bytes.count <= bytes.count else {
                    throw ZarrError(.corrupt, "the store gave fewer bytes than asked for: read it again")
                }
                let encoded = UnsafeRawBufferPointer(rebasing: bytes[first..<first + part.bytes.count])
                try inner.decode(encoded, part.region, into: part.target, workspace)
            }
        }
        parts.removeAll(keepingCapacity: true)
        byteCount = 0
    }
}
