import ArgumentParser
import OMEZarr

/// The names of an array's axes: `zyx`, `tczyx`, a letter each.
struct AxesArgument: ExpressibleByArgument, Sendable {
    let axes: [Axis]

    init?(argument: String) {
        guard !argument.isEmpty, Set(argument).count == argument.count else { return nil }
        axes = argument.map { letter in
            switch letter {
            case "t": .t()
            case "c": .c
            case "z", "y", "x": .space(String(letter))
            default: Axis(name: String(letter), kind: .custom(nil))
            }
        }
    }
}
