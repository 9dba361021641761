import ArgumentParser
import Pyramid

/// How chunks are gathered into files: `auto`, `none`, a size such as `256MB`, or a shape such as `4096,4096`.
struct ShardArgument: ExpressibleByArgument, Sendable {
    let sharding: PyramidOptions.Sharding

    init(_ sharding: PyramidOptions.Sharding) { self.sharding = sharding }

    init?(argument: String) {
        switch argument.lowercased() {
        case "auto": sharding = .automatic
        case "none": sharding = .none
        default:
            let hasUnit = argument.last.map { "bBkKmMgGtTiI".contains($0) } ?? false
            if hasUnit, let size = ByteCount(argument: argument) {
                sharding = .bytes(size.bytes)
            } else if let shape = ShapeArgument(argument: argument) {
                sharding = .shape(shape.sizes)
            } else {
                return nil
            }
        }
    }

    /// The argument that means this sharding.
    var argument: String {
        switch sharding {
        case .automatic: "auto"
        case .none: "none"
        case .bytes(let bytes): "\(bytes)B"
        case .shape(let sizes): sizes.map(String.init).joined(separator: ",")
        }
    }

    var defaultValueDescription: String { "auto" }
}
