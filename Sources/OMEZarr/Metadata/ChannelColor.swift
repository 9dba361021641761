extension Channel.Color {
    /// The colour from six hexadecimal digits, with or without a leading "#"; nil for anything else.
    ///
    /// Eight digits are read as red, green, blue, alpha, as some writers have them; alpha is dropped.
    public init?(hexadecimal text: String) {
        let digits = text.hasPrefix("#") ? text.dropFirst() : Substring(text)
        guard digits.utf8.count == 6 || digits.utf8.count == 8, digits.utf8.allSatisfy(Self.isHexadecimalDigit),
            let value = UInt32(digits.prefix(6), radix: 16)
        else { return nil }
        self.init(
            red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8),
            blue: UInt8(truncatingIfNeeded: value))
    }

    /// Six upper-case hexadecimal digits.
    ///
    /// - Source: OME-Zarr 0.4 and 0.5, "omero" metadata: `color`.
    public var hexadecimal: String {
        let digits = String((UInt32(red) << 16) | (UInt32(green) << 8) | UInt32(blue), radix: 16, uppercase: true)
        return String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    /// The colour of a channel whose source names none.
    ///
    /// One channel is shown in white. Several take green, magenta, cyan, yellow, red and blue in turn: the first two are
    /// told apart with every common colour vision deficiency, and their overlap is white.
    ///
    /// - Parameters:
    ///   - channel: index of the channel.
    ///   - count: number of channels.
    ///   - isRGB: whether the channels are the red, green and blue of a photograph.
    public static func standard(channel: Int, of count: Int, isRGB: Bool = false) -> Channel.Color {
        if isRGB && count == 3 { return rgb[channel % 3] }
        return count <= 1 ? .white : cycle[channel % cycle.count]
    }

    private static let rgb: [Channel.Color] = [
        .init(red: 255, green: 0, blue: 0), .init(red: 0, green: 255, blue: 0), .init(red: 0, green: 0, blue: 255),
    ]

    private static let cycle: [Channel.Color] = [
        .init(red: 0, green: 255, blue: 0), .init(red: 255, green: 0, blue: 255), .init(red: 0, green: 255, blue: 255),
        .init(red: 255, green: 255, blue: 0), .init(red: 255, green: 0, blue: 0), .init(red: 0, green: 0, blue: 255),
    ]

    private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
