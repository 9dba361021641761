/// What was seen of the pixels of level 0 below one unit.
package struct UnitStatistics: Sendable, Hashable {
    /// One channel of which the unit has pixels.
    package struct Seen: Sendable, Hashable {
        package var channel: Int
        /// Infinity and its negative where no pixel has a finite value.
        package var min, max: Double
        package var samples: [Double]
    }

    package var channels: [Seen]

    package init(channels: [Seen]) { self.channels = channels }
}

extension UnitStatistics {
    /// One word: the bits of all numbers, so that they come back as they were; "-" where there are no channels.
    var text: String {
        guard !channels.isEmpty else { return "-" }
        return channels.map { seen in
            let samples = seen.samples.map(Self.text).joined(separator: ",")
            return "\(seen.channel):\(Self.text(seen.min)):\(Self.text(seen.max)):\(samples)"
        }.joined(separator: ";")
    }

    /// Nil for a word that says something else.
    init?(text: Substring) {
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

    private static func text(_ value: Double) -> String { String(value.bitPattern, radix: 16) }

    private static func number(_ text: Substring) -> Double? {
        UInt64(text, radix: 16).map(Double.init(bitPattern:))
    }
}
