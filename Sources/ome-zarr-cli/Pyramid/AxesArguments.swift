import ArgumentParser
import OMEZarr

/// What the axes of a plain array are, where it does not say.
struct AxesArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Names of the array's axes, such as zyx or tczyx. By default what the array says, else the last of tczyx.",
            valueName: "names"))
    var axes: String?

    @Option(
        help: ArgumentHelp(
            "Distances between pixels along the last axes in micrometres, such as 2,0.325,0.325.", valueName: "sizes"),
        transform: Self.sizes)
    var pixelSize: [Double] = []

    /// The axes of an array; nil where nothing is asked for.
    ///
    /// - Parameter standard: what the array says.
    func axes(_ standard: [Axis]) throws -> [Axis]? {
        guard axes != nil || !pixelSize.isEmpty else { return nil }
        var axes = self.axes.map { $0.map { Self.axis(String($0)) } } ?? standard
        guard pixelSize.count <= axes.count else {
            throw UsageError("--pixel-size has \(pixelSize.count) sizes, but there are \(axes.count) axes")
        }
        for (offset, size) in pixelSize.reversed().enumerated() {
            let axis = axes.count - 1 - offset
            guard axes[axis].kind == .space else {
                throw UsageError("--pixel-size is for axes of space; \(axes[axis].name) is none")
            }
            (axes[axis].spacing, axes[axis].unit) = (size, "micrometer")
        }
        return axes
    }

    private static func axis(_ name: String) -> Axis {
        switch name {
        case "t": .t()
        case "c": .c
        case "z", "y", "x": .space(name)
        default: Axis(name: name, kind: .custom(nil))
        }
    }

    private static func sizes(_ text: String) throws -> [Double] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Double($0) }.filter { $0 > 0 && $0.isFinite }
        guard sizes.count == parts.count else {
            throw ValidationError("--pixel-size must be numbers above 0 with commas between them, not \(text)")
        }
        return sizes
    }
}
