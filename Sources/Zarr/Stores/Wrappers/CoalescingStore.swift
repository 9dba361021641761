/// A store that reads neighbouring ranges of one call at once, for one behind it where each range costs a request.
///
/// Ranges counted from the end stay as they are. Chunks of a shard are asked for this way already.
public struct CoalescingStore: ReadableStore {
    private let base: any ReadableStore
    private let largestGap: Int

    /// Merges ranges before they reach `base`.
    ///
    /// - Parameter largestGap: bytes between two ranges that are read and thrown away rather than asked for separately.
    public init(_ base: any ReadableStore, largestGap: Int = 4096) {
        self.base = base
        self.largestGap = max(0, largestGap)
    }

    /// The name of the store behind.
    public var name: String { base.name }

    /// The whole object; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? { try base.read(key) }

    /// Parts of an object, neighbours read at once; nil where there is no such object.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        // What is not a range from the front, or cannot be one, is left to the store behind.
        let bounds = ranges.map(\.bounds)
        let plain = bounds.indices.filter { bounds[$0] != nil }
        guard plain.count > 1 else { return try base.read(key, ranges) }
        let merged = ByteRuns(plain.compactMap { bounds[$0] }, largestGap: largestGap)
        let others = bounds.indices.filter { bounds[$0] == nil }
        let wanted = merged.runs.map { ByteRange.from(offset: $0.lowerBound, count: $0.count) }
        guard let read = try base.read(key, wanted + others.map { ranges[$0] }) else { return nil }
        var parts = [[UInt8]](repeating: [], count: ranges.count)
        for (place, run) in zip(plain, merged.runOfRange) {
            guard let range = bounds[place] else { continue }
            let first = range.lowerBound - merged.runs[run].lowerBound
            guard first + range.count <= read[run].count else {
                throw ZarrError(
                    .corrupt, "\(base.name) gave fewer bytes of \(key) than asked for: read it again", key: key)
            }
            parts[place] = Array(read[run][first..<first + range.count])
        }
        for (place, bytes) in zip(others, read[merged.runs.count...]) { parts[place] = bytes }
        return parts
    }

    /// The object's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? { try base.size(key) }

    /// The names directly below a key, sorted.
    public func list(_ key: StoreKey) throws -> [String] { try base.list(key) }
}

extension ByteRange {
    /// The bytes meant, where that does not depend on the object's size.
    fileprivate var bounds: Range<Int>? {
        guard case .from(let offset, let count) = self, offset >= 0, count >= 0 else { return nil }
        let (end, overflow) = offset.addingReportingOverflow(count)
        return overflow ? nil : offset..<end
    }
}

/// Ranges of one object, the neighbours among them merged so that each run can be read at once.
private struct ByteRuns {
    /// What to read, from front to back, without overlap.
    var runs = [Range<Int>]()
    /// The run that each range lies in.
    var runOfRange: [Int]

    /// - Parameter largestGap: bytes between two ranges that are read as well rather than starting another run.
    init(_ ranges: [Range<Int>], largestGap: Int) {
        runOfRange = [Int](repeating: 0, count: ranges.count)
        for number in ranges.indices.sorted(by: { ranges[$0].lowerBound < ranges[$1].lowerBound }) {
            let range = ranges[number]
            // Subtracting, so that no sum can overflow.
            if let last = runs.last, range.lowerBound - last.upperBound <= largestGap {
                runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                runs.append(range)
            }
            runOfRange[number] = runs.count - 1
        }
    }
}
