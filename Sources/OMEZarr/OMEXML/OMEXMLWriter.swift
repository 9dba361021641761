import Zarr

/// Writes the smallest valid OME-XML that describes images whose pixels lie elsewhere.
///
/// - Source: OME-XML schema 2016-06; OME-Zarr 0.4 and 0.5, "bioformats2raw.layout", `OME/METADATA.ome.xml`.
public enum OMEXMLWriter {
    /// The document for images in the order of their series.
    ///
    /// Every channel has one sample, red, green and blue included: in the arrays they are three channels.
    ///
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where OME-XML cannot name a pixel type (64-bit integers,
    ///   16-bit floats) or an axis (anything but t, c, z, y, x).
    public static func document(_ images: [ImageDescription], creator: String? = nil) throws -> String {
        let namespace = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
        var xml = XMLText()
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        xml.open(
            "OME",
            [
                ("xmlns", namespace), ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                ("xsi:schemaLocation", "\(namespace) \(namespace)/ome.xsd"), ("Creator", creator),
            ])
        for (index, image) in images.enumerated() {
            xml.open("Image", [("ID", "Image:\(index)"), ("Name", image.name)])
            xml.open("Pixels", try pixels(image, index))
            for (channel, attributes) in channels(image, index).enumerated() {
                xml.leaf("Channel", [("ID", "Channel:\(index):\(channel)")] + attributes)
            }
            xml.leaf("MetadataOnly", [])
            xml.close("Pixels")
            xml.close("Image")
        }
        xml.close("OME")
        return xml.text
    }

    private static func pixels(_ image: ImageDescription, _ index: Int) throws -> [(String, String?)] {
        guard let type = typeName(image.type) else {
            throw OMEZarrError(
                .unsupported, "OME-XML has no pixel type \(image.type): convert the pixels or leave the OME-XML out")
        }
        for axis in image.axes where !["t", "c", "z", "y", "x"].contains(axis.name) {
            throw OMEZarrError(
                .unsupported,
                "OME-XML has no axis \"\(axis.name)\": rename it to t, c, z, y or x or leave the OME-XML out")
        }
        func size(_ name: String) -> String { String(image.axis(name).map { image.shape[$0] } ?? 1) }
        var attributes: [(String, String?)] = [
            ("ID", "Pixels:\(index)"), ("DimensionOrder", "XYZCT"), ("Type", type), ("SizeX", size("x")),
            ("SizeY", size("y")), ("SizeZ", size("z")), ("SizeC", size("c")), ("SizeT", size("t")),
        ]
        for name in ["x", "y", "z"] {
            attributes += spacing(
                image, name, "PhysicalSize" + name.uppercased(), PhysicalUnit.lengthSymbols)
        }
        return attributes + spacing(image, "t", "TimeIncrement", PhysicalUnit.timeSymbols)
    }

    /// A distance and its unit; nothing where the unit is unknown, since the schema would then assume one.
    private static func spacing(
        _ image: ImageDescription, _ axis: String, _ attribute: String, _ symbols: [String: String]
    ) -> [(String, String?)] {
        guard let index = image.axis(axis), let symbol = image.axes[index].unit.flatMap({ symbols[$0] }),
            image.axes[index].spacing > 0, image.axes[index].spacing.isFinite
        else { return [] }
        return [(attribute, String(image.axes[index].spacing)), (attribute + "Unit", symbol)]
    }

    private static func channels(_ image: ImageDescription, _ index: Int) -> [[(String, String?)]] {
        ImageMetadata.complete(image.channels, image.axis("c").map { image.shape[$0] } ?? 1).map { channel in
            var attributes: [(String, String?)] = [("Name", channel.name)]
            attributes.append(("SamplesPerPixel", "1"))
            attributes.append(("Color", channel.color.map { String(signedRGBA($0)) }))
            attributes += wavelength("Emission", channel.emissionWavelength)
            attributes += wavelength("Excitation", channel.excitationWavelength)
            return attributes
        }
    }

    private static func wavelength(_ name: String, _ value: Double?) -> [(String, String?)] {
        guard let value, value > 0, value.isFinite else { return [] }
        return [("\(name)Wavelength", String(value)), ("\(name)WavelengthUnit", "nm")]
    }

    /// The schema has colours as one signed 32-bit number, opaque red first.
    private static func signedRGBA(_ color: Channel.Color) -> Int32 {
        let high = UInt32(color.red) << 24 | UInt32(color.green) << 16
        return Int32(bitPattern: high | UInt32(color.blue) << 8 | 255)
    }

    private static func typeName(_ type: PixelType) -> String? {
        switch type {
        case .bool: "bit"
        case .int8, .int16, .int32, .uint8, .uint16, .uint32: type.rawValue
        case .float32: "float"
        case .float64: "double"
        case .int64, .uint64, .float16: nil
        }
    }
}

/// XML under construction: elements with attributes, indented by two spaces.
private struct XMLText {
    var text = ""
    private var depth = 0

    mutating func raw(_ line: String) { text += line }

    mutating func open(_ name: String, _ attributes: [(String, String?)]) {
        tag(name, attributes, end: ">")
        depth += 1
    }

    mutating func leaf(_ name: String, _ attributes: [(String, String?)]) { tag(name, attributes, end: "/>") }

    mutating func close(_ name: String) {
        depth -= 1
        text += String(repeating: "  ", count: depth) + "</\(name)>\n"
    }

    private mutating func tag(_ name: String, _ attributes: [(String, String?)], end: String) {
        text += String(repeating: "  ", count: depth) + "<" + name
        for case (let attribute, let value?) in attributes { text += " \(attribute)=\"\(Self.escaped(value))\"" }
        text += end + "\n"
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // A parser would turn these into spaces.
            case "\n", "\r", "\t": escaped += "&#\(scalar.value);"
            // XML 1.0 has no other control characters, not even escaped, and not these two.
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
