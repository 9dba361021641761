import ArgumentParser

/// How many elements along the last axes become one at one step of a pyramid, as in `2,2` or `1x2x2`.
struct FactorArgument: ExpressibleByArgument, Sendable, Equatable {
    let factors: [Int]

    init?(argument: String) {
        guard let shape = ShapeArgument(argument: argument) else { return nil }
        factors = shape.sizes
    }
}
