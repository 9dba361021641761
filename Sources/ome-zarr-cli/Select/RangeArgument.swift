import ArgumentParser

/// Elements of one axis: `10:20` without the last, `:20`, `10:`, or `5` for one alone.
struct RangeArgument: ExpressibleByArgument, Sendable, Equatable {
    private let start: Int?
    private let end: Int?

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        let bounds = parts.map { Int($0) }
        guard zip(parts, bounds).allSatisfy({ $0.isEmpty || ($1.map { (0..<Int.max).contains($0) } ?? false) }) else {
            return nil
        }
        switch parts.count {
        case 1:
            guard let index = bounds[0] else { return nil }
            (start, end) = (index, index + 1)
        case 2:
            if let low = bounds[0], let high = bounds[1], low >= high { return nil }
            (start, end) = (bounds[0], bounds[1])
        default: return nil
        }
    }

    /// The range on an axis of so many elements, which it may leave.
    func range(extent: Int) -> Range<Int> {
        let start = start ?? 0
        return start..<max(end ?? extent, start)
    }
}
