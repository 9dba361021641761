/// What was seen of the pixels of level 0 below one unit.
package struct UnitStatistics: Sendable, Hashable {
    /// One channel of which the unit has pixels.
    package struct Seen: Sendable, Hashable {
        package var channel: Int
        /// Infinity and its negative where no pixel has a finite value.
        package var min, max: Double
        package var samples: [Double]

        package init(channel: Int, min: Double, max: Double, samples: [Double]) {
            self.channel = channel
            self.min = min
            self.max = max
            self.samples = samples
        }
    }

    package var channels: [Seen]

    package init(channels: [Seen]) { self.channels = channels }
}

extension UnitStatistics {
    /// One word; "-" where there are no channels. Numbers come back as they were: whole ones that are not large stand as
    /// they are, others as their bits behind a "#", in hexadecimal digits.
    var word: [UInt8] {
        if channels.isEmpty { return [UInt8(ascii: "-")] }
        var word: [UInt8] = []
        for (position, seen) in channels.enumerated() {
            if position > 0 { word.append(UInt8(ascii: ";")) }
            word += "\(seen.channel):".utf8
            Self.append(seen.min, to: &word)
            word.append(UInt8(ascii: ":"))
            Self.append(seen.max, to: &word)
            word.append(UInt8(ascii: ":"))
            // There are half a million samples in an image: building a string for each would take longer than reading.
            for value in seen.samples {
                Self.append(value, to: &word)
                word.append(UInt8(ascii: ","))
            }
        }
        return word
    }

    private static func append(_ value: Double, to word: inout [UInt8]) {
        // Minus zero is whole, too, and must come back with its sign.
        if let whole = UInt32(exactly: value), value.sign == .plus { return append(UInt64(whole), to: &word) }
        word.append(UInt8(ascii: "#"))
        append(value.bitPattern, to: &word)
    }

    private static func append(_ bits: UInt64, to word: inout [UInt8]) {
        let digits = max(1, (64 - bits.leadingZeroBitCount + 3) / 4)
        for digit in stride(from: digits - 1, through: 0, by: -1) {
            let value = UInt8(truncatingIfNeeded: bits >> UInt64(4 * digit)) & 15
            word.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value)
        }
    }

    /// Nil for a word that says something else.
    init?(word text: Substring) {
        channels = []
        if text == "-" { return }
        for part in text.split(separator: ";") {
            let fields = part.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 4, let channel = Int(fields[0]), let min = Self.number(fields[1]),
                let max = Self.number(fields[2])
            else { return nil }
            let samples = fields[3].split(separator: ",")
            let values = samples.compactMap(Self.number)
            guard values.count == samples.count else { return nil }
            channels.append(Seen(channel: channel, min: min, max: max, samples: values))
        }
    }

    private static func number(_ text: Substring) -> Double? {
        if text.utf8.first == UInt8(ascii: "#") {
            return UInt64(text.dropFirst(), radix: 16).map(Double.init(bitPattern:))
        }
        return UInt32(text, radix: 16).map(Double.init)
    }
}
