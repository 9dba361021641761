import ArgumentParser
import Zarr

/// `0:2,:,5` on the command line: what NumPy's basic slicing takes, but for steps.
///
/// - Source: NumPy, "Basic indexing".
struct SliceArgument {
    private enum Item {
        case index(Int)
        case range(Int?, Int?)
        /// As many whole axes as are missing.
        case rest
    }

    private let items: [Item]

    /// - Throws: `ValidationError` saying which item is none.
    init(_ argument: String) throws {
        items = try argument.split(separator: ",", omittingEmptySubsequences: false).map { text in
            try Self.item(String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
        }
    }

    private static func item(_ text: String) throws -> Item {
        if text == "..." { return .rest }
        if let index = Int(text) { return .index(index) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false), bounds = parts.map { Int($0) }
        guard 2...3 ~= parts.count, zip(parts, bounds).allSatisfy({ $0.isEmpty || $1 != nil }) else {
            throw ValidationError("\"\(text)\" is neither an index, a range such as 2:5, nor ...")
        }
        guard parts.count == 2 || parts[2].isEmpty || bounds[2] == 1 else {
            throw ValidationError("\"\(text)\" has a step other than 1: read the whole range and take your steps in it")
        }
        return .range(bounds[0], bounds[1])
    }

    /// Finds the part of an array.
    ///
    /// - Parameters:
    ///   - axes: their names, for messages.
    ///   - shape: elements on each axis.
    /// - Throws: ``UsageError`` where an index leaves its axis or there are more items than axes. Ranges never leave: as
    ///   in NumPy they are cut at the ends.
    func part(axes: [String], shape: [Int]) throws -> ReadSelection.Part {
        let rests = items.count { if case .rest = $0 { true } else { false } }, named = items.count - rests
        guard rests <= 1, named <= shape.count else {
            throw UsageError(
                rests > 1
                    ? "--slice: only one ... is possible"
                    : "--slice names \(named) axes, but there are \(shape.count)"
                        + (axes.isEmpty ? "" : ": \(axes.joined(separator: ", "))"))
        }
        var part = ReadSelection.Part(region: Region(wholeOf: shape), keptAxes: [])
        var axis = 0
        // What is not named is whole.
        for item in rests == 0 ? items + [.rest] : items {
            switch item {
            case .rest:
                part.keptAxes += axis..<axis + shape.count - named
                axis += shape.count - named
                continue
            case .index(let index):
                guard -shape[axis]..<shape[axis] ~= index else {
                    throw UsageError(
                        "--slice: \(index) is out of range, the axis \(axes[axis]) has \(shape[axis]) elements")
                }
                part.region.origin[axis] = index < 0 ? index + shape[axis] : index
                part.region.shape[axis] = 1
            case .range(let start, let stop):
                let start = Self.clamped(start ?? 0, shape[axis]), stop = Self.clamped(stop ?? shape[axis], shape[axis])
                part.region.origin[axis] = start
                part.region.shape[axis] = max(0, stop - start)
                part.keptAxes.append(axis)
            }
            axis += 1
        }
        return part
    }

    /// A bound within an axis; negative ones count from its end.
    private static func clamped(_ bound: Int, _ extent: Int) -> Int {
        bound < 0 ? max(0, bound + extent) : min(bound, extent)
    }
}
