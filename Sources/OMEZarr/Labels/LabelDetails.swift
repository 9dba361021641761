public import Zarr

/// What a label image says beyond its pixels.
///
/// - Source: OME-Zarr 0.4 and 0.5, "labels" metadata: `image-label`.
public struct LabelDetails: Sendable, Hashable {
    /// The colour of each value; empty leaves the choice to viewers.
    public var colors: [LabelColor]
    /// What else is known of single values, as written: objects with a `label-value`.
    public var properties: [JSONValue]
    /// Where the image lies that the labels belong to, relative to the group; nil where there is none.
    public var source: String?

    /// The place of the image whose `labels` group holds the label image.
    public static let ownImage = "../../"

    /// Details; nothing is known by default.
    public init(colors: [LabelColor] = [], properties: [JSONValue] = [], source: String? = nil) {
        self.colors = colors
        self.properties = properties
        self.source = source
    }

    /// Reads `image-label` with goodwill: entries without a value or a colour are left out.
    public init(reading json: JSONValue?) {
        var seen = Set<Int>()
        // Of two colours for one value the last counts.
        let colors = (json?["colors"]?.array ?? []).compactMap(LabelColor.init(reading:)).reversed()
            .filter { seen.insert($0.value).inserted }.reversed()
        self.init(
            colors: Array(colors),
            properties: (json?["properties"]?.array ?? []).filter { $0["label-value"]?.int != nil },
            source: json?["source"]?["image"]?.string)
    }

    /// The object `image-label`. Its lists must not be empty, so empty ones are left out.
    func json(_ version: OMEZarrVersion) -> JSONValue {
        var document = JSONObject()
        if version == .v04 { document["version"] = .string(version.rawValue) }
        if !colors.isEmpty { document["colors"] = .array(colors.map(\.json)) }
        if !properties.isEmpty { document["properties"] = .array(properties) }
        document["source"] = source.map { ["image": .string($0)] }
        return .object(document)
    }
}

/// The colour of one value of a label image.
public struct LabelColor: Sendable, Hashable {
    /// The value of the pixels.
    public var value: Int
    public var red, green, blue, alpha: UInt8

    /// A colour.
    public init(value: Int, red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        self.value = value
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    init?(reading json: JSONValue) {
        let parts = (json["rgba"]?.ints ?? []).compactMap { UInt8(exactly: $0) }
        guard let value = json["label-value"]?.int, parts.count == 4 else { return nil }
        self.init(value: value, red: parts[0], green: parts[1], blue: parts[2], alpha: parts[3])
    }

    var json: JSONValue {
        ["label-value": JSONValue(value), "rgba": JSONValue([red, green, blue, alpha].map(Int.init))]
    }

    /// The colour a value always gets: the background is transparent, all others are bright and far apart.
    ///
    /// Hues follow one another at the golden angle, so that neighbouring numbers, as neighbouring objects have them,
    /// never look alike.
    public static func standard(_ value: Int) -> LabelColor {
        guard value != 0 else { return LabelColor(value: 0, red: 0, green: 0, blue: 0, alpha: 0) }
        // Six sectors of 256 steps; 949 / 1536 is the golden section of the circle.
        let hue = Int(truncatingIfNeeded: UInt(bitPattern: value) % 1536) * 949 % 1536
        let rising = UInt8(hue % 256), falling = 255 - rising
        let (red, green, blue): (UInt8, UInt8, UInt8) =
            switch hue / 256 {
            case 0: (255, rising, 0)
            case 1: (falling, 255, 0)
            case 2: (0, 255, rising)
            case 3: (0, falling, 255)
            case 4: (rising, 0, 255)
            default: (255, 0, falling)
            }
        // A little white keeps pure blue readable on black.
        return LabelColor(value: value, red: red | 0x30, green: green | 0x30, blue: blue | 0x30)
    }
}
