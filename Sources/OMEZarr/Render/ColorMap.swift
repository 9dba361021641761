/// A scale of colours that shows intensities instead of one tint of a channel: a lookup table.
///
/// - Source: the maps of matplotlib (viridis, magma, inferno, plasma; dedicated to the public, CC0), to three steps of 255;
///   the others are the usual straight lines between few colours.
public struct ColorMap: Sendable, Hashable {
    /// As in ``names``.
    public let name: String
    /// Colours at equal distances from no to full intensity; at least two. Between them colours mix.
    let anchors: [Channel.Color]

    /// A map by its name; nil where there is none of that name.
    public init?(named name: String) {
        guard let text = Self.texts[name] else { return nil }
        self.name = name
        anchors = text.split(whereSeparator: \.isWhitespace).compactMap { Channel.Color(hexadecimal: String($0)) }
    }

    /// The names of all maps, in alphabetical order.
    public static var names: [String] { texts.keys.sorted() }

    /// The colour of an intensity from 0 to 1.
    public func color(_ intensity: Double) -> Channel.Color {
        let place = min(max(intensity, 0), 1) * Double(anchors.count - 1)
        let index = min(Int(place), anchors.count - 2)
        let (low, high, share) = (anchors[index], anchors[index + 1], place - Double(index))
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded())
        }
        return Channel.Color(
            red: mix(low.red, high.red), green: mix(low.green, high.green), blue: mix(low.blue, high.blue))
    }

    private static let texts = [
        "cool": "00FFFF FF00FF",
        "gray": "000000 FFFFFF",
        "hot": "000000 FF0000 FFFF00 FFFFFF",
        "ice": "000000 0000FF 00FFFF FFFFFF",
        "jet": "000080 0000FF 0080FF 00FFFF 80FF80 FFFF00 FF8000 FF0000 800000",
        "viridis": """
        440154 470D60 48186A 482374 472D7B 453681 424086 3F4989 3B528B 375A8D 33638D 2F6A8E 2C728E 297A8E
        26818E 23898E 21908C 1F988B 1F9F88 21A685 28AE80 31B57B 3EBC74 4CC26C 5DC963 6ECE58 82D34C 96D83F
        ABDC32 C0DF24 D5E21A EAE51A FDE725
        """,
        "magma": """
        000004 030311 0A0822 130D33 1D1146 28115A 36106A 430F76 50127C 5D177F 691C81 762181 822681 8F2A81
        9C2E7F A9327D B63779 C33B75 CF4170 DB486A E65163 EE5C5E F5695C F9785D FB8761 FD9668 FEA571 FEB47B
        FEC387 FED194 FDE0A2 FCEEB0 FCFDBF
        """,
        "inferno": """
        000004 040312 0B0724 150B37 210C4A 2E0A5A 3C0965 4A0C6B 57106D 63146E 70196E 7D1E6D 89226A 962766
        A32B61 AF315C BB3755 C63E4D D14644 DB4F3B E35932 EB6528 F1711E F67F14 F98D0A FB9C06 FCAB0F FBBA1F
        F9CA32 F5D949 F2E865 F3F586 FCFFA4
        """,
        "plasma": """
        0D0887 220690 310596 3F049C 4C02A1 5901A5 6600A7 7201A8 7E03A8 8909A6 9511A2 9F1A9C A92396 B22C8E
        BB3587 C33E80 CB4778 D25071 D9596A E06263 E66C5C EB7555 F07F4F F48A48 F89441 FB9F3A FDAB33 FEB72D
        FDC328 FCD025 F9DD25 F5EB27 F0F921
        """,
    ]
}
