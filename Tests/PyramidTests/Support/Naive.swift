import Pyramid
import Zarr

/// The plain definitions the fast code must equal: whole images, one pixel at a time, numbers as `Double` or `Int`.
enum Naive {
    /// Every block of `step` pixels that exist, reduced by `method`.
    static func reduce<T: Hashable>(
        _ pixels: [T], shape: [Int], step: [Int], _ method: ([T]) -> T
    ) -> (pixels: [T], shape: [Int]) {
        let outShape = zip(shape, step).map { ($0 + $1 - 1) / $1 }
        let count = outShape.reduce(1, *)
        let out = (0..<count).map { position -> T in
            let index = unravel(position, outShape)
            var block: [T] = []
            for offset in 0..<step.reduce(1, *) {
                let part = unravel(offset, step)
                let source = index.indices.map { index[$0] * step[$0] + part[$0] }
                guard zip(source, shape).allSatisfy({ $0 < $1 }) else { continue }
                block.append(pixels[ravel(source, shape)])
            }
            return method(block)
        }
        return (out, outShape)
    }

    static func halfEvenMean<T: FixedWidthInteger>(_ block: [T]) -> T {
        let sum = block.reduce(Int128(0)) { $0 + Int128($1) }, n = Int128(block.count)
        var floor = sum / n
        if floor * n > sum { floor -= 1 }
        let twice = (sum - floor * n) * 2
        return T(twice > n || (twice == n && floor & 1 != 0) ? floor + 1 : floor)
    }

    static func validMean<T: BinaryFloatingPoint>(_ block: [T]) -> T {
        let valid = block.filter { !$0.isNaN }
        return valid.isEmpty ? .nan : T(valid.reduce(0.0) { $0 + Double($1) } / Double(valid.count))
    }

    static func mode<T: FixedWidthInteger>(_ block: [T]) -> T {
        var counts: [T: Int] = [:]
        for value in block { counts[value, default: 0] += 1 }
        let most = counts.values.max() ?? 0
        let winners = counts.filter { $0.value == most }.keys
        return winners.filter { $0 != 0 }.min() ?? 0
    }

    /// A method on the pixels of one block of integers.
    static func integers<T: FixedWidthInteger>(_ method: DownsampleMethod, _ block: [T]) -> T {
        switch method {
        case .mean: halfEvenMean(block)
        case .mode: mode(block)
        default: ordered(method, block)
        }
    }

    /// A method on the pixels of one block of floats.
    static func floats<T: BinaryFloatingPoint>(_ method: DownsampleMethod, _ block: [T]) -> T {
        if method == .mean { return validMean(block) }
        let valid = method == .nearest ? block : block.filter { !$0.isNaN }
        return valid.isEmpty ? .nan : ordered(method, valid)
    }

    private static func ordered<T: Comparable>(_ method: DownsampleMethod, _ block: [T]) -> T {
        switch method {
        case .median: block.sorted()[(block.count - 1) / 2]
        case .min: block.min() ?? block[0]
        case .max: block.max() ?? block[0]
        default: block[0]
        }
    }

    static func unravel(_ position: Int, _ shape: [Int]) -> [Int] {
        var rest = position
        return shape.reversed().map { extent in
            defer { rest /= extent }
            return rest % extent
        }.reversed()
    }

    static func ravel(_ index: [Int], _ shape: [Int]) -> Int {
        zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
}

/// Random numbers that are the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // SplitMix64, Steele et al. 2014.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
