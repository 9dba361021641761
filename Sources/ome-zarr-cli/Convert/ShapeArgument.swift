import ArgumentParser

/// Sizes along the last axes, as in `512,512` or `64x128x128`.
struct ShapeArgument: ExpressibleByArgument, Sendable, Equatable {
    let sizes: [Int]

    /// The argument that means these sizes.
    var argument: String { sizes.map(String.init).joined(separator: ",") }

    init?(argument: String) {
        let parts = argument.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "x" || $0 == "X" }
        let sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count, !sizes.isEmpty, sizes.allSatisfy({ $0 > 0 }) else { return nil }
        self.sizes = sizes
    }
}
