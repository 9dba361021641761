import ArgumentParser
import OMEZarr

/// Distances with units: `0.325um`, or `0.325um,0.325um,2um` for x, y and z; a unit left out is the one before.
struct PhysicalSizeArgument: Sendable, Equatable {
    let sizes: [ImageChanges.Spacing]

    /// - Parameter isTime: whether a time is meant, not lengths.
    /// - Throws: `ValidationError` that says what is wrong with which part.
    init(_ argument: String, isTime: Bool) throws {
        let symbols = isTime ? PhysicalUnit.timeSymbols : PhysicalUnit.lengthSymbols
        let example = isTime ? "5s, 200ms or 1min" : "0.325um, 65nm or 0.5mm"
        var sizes: [ImageChanges.Spacing] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let text = part.filter { $0 != " " }
            // An exponent is part of the number, where digits follow it.
            let end = text.indices.last { text[$0].isNumber || text[$0] == "." }.map { text.index(after: $0) }
            guard let end, let value = Double(text[..<end]), value > 0, value.isFinite else {
                throw ValidationError("\"\(part)\" is no distance above 0: write it as in \(example)")
            }
            let symbol = String(text[end...])
            guard let unit = symbol.isEmpty ? sizes.last?.unit : PhysicalUnit.name(symbol), symbols[unit] != nil else {
                throw ValidationError(
                    symbol.isEmpty
                        ? "\"\(part)\" has no unit: write it as in \(example)"
                        : "\"\(symbol)\" is no unit of \(isTime ? "time" : "length"): write it as in \(example)")
            }
            sizes.append(ImageChanges.Spacing(value, unit: unit))
        }
        guard (1...(isTime ? 1 : 3)).contains(sizes.count) else {
            throw ValidationError("give \(isTime ? "one time" : "one to three lengths"), as in \(example)")
        }
        self.sizes = sizes
    }

    /// The distances by axis: one length is that of x and y alike, two are x and y, three x, y and z.
    var spacings: [String: ImageChanges.Spacing] {
        let names = sizes.count == 1 ? ["x", "y"] : ["x", "y", "z"]
        return Dictionary(uniqueKeysWithValues: zip(names, sizes.count == 1 ? sizes + sizes : sizes))
    }
}
