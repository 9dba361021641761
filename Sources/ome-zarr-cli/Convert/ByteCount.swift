import ArgumentParser

/// A number of bytes as people write it: `512MB`, `2GiB`, `1.5G`, `1000000`. KB, MB, GB and TB are powers of 1000, KiB,
/// MiB, GiB and TiB powers of 1024.
struct ByteCount: ExpressibleByArgument, Sendable, Equatable {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let text = argument.filter { $0 != " " }.lowercased()
        let number = text.prefix { $0.isNumber || $0 == "." }
        var unit = text.dropFirst(number.count)
        if unit.hasSuffix("b") { unit = unit.dropLast() }
        let base = unit.hasSuffix("i") ? 1024.0 : 1000.0
        if unit.hasSuffix("i") { unit = unit.dropLast() }
        guard let value = Double(number), let power = ["", "k", "m", "g", "t"].firstIndex(of: String(unit)) else {
            return nil
        }
        let bytes = (0..<power).reduce(value) { product, _ in product * base }.rounded()
        guard bytes >= 1, bytes < 9e18 else { return nil }
        self.bytes = Int(bytes)
    }
}
