package import Zarr

extension ArrayMetadata {
    /// The axes of a plain array: its dimension names where each has one and y and x are among them, else t, c, z, y and
    /// x, counted from the last.
    package var axes: [Axis] {
        let given = (dimensionNames ?? []).compactMap { $0 }
        let isTold =
            given.count == rank && Set(given).count == given.count && given.contains("y") && given.contains("x")
        let plain = ["t", "c", "z", "y", "x"].suffix(rank)
        return (0..<rank).map { index in
            let place = index - rank + plain.count
            let standard = place >= 0 ? plain[plain.startIndex + place] : "axis\(index)"
            switch isTold ? given[index] : standard {
            case "t": return .t()
            case "c": return .c
            case let name: return Axis(name: name, kind: ["z", "y", "x"].contains(name) ? .space : .custom(nil))
            }
        }
    }

    /// The shape of the smallest chunk that can be read alone, as far as the array reaches.
    package var naturalReadShape: [Int] { zip(innerChunkShape, shape).map { Swift.max(1, Swift.min($0, $1)) } }
}
