import Zarr

/// Writes the smallest valid OME-XML that describes images.
///
/// - Source: OME-XML schema 2016-06; OME-TIFF specification 6; OME-Zarr 0.4 and 0.5, "bioformats2raw.layout",
///   `OME/METADATA.ome.xml`.
public enum OMEXMLWriter {
    /// Where the pixels lie that the document describes.
    public enum Pixels: Sendable {
        /// In arrays beside the document, where red, green and blue are three channels.
        case elsewhere
        /// In the pages of the TIFF file whose first page holds the document: image by image, z fastest, then channel,
        /// then time; red, green and blue are the samples of one page, bool is uint8. Text is ASCII, as the tag demands.
        case tiffPages
    }

    /// The document for images in the order of their series.
    ///
    /// - Parameter plate: the plate whose fields they are, by their numbers.
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where OME-XML cannot name a pixel type (64-bit integers,
    ///   16-bit floats) or an axis (anything but t, c, z, y, x).
    public static func document(
        _ images: [ImageDescription], plate: Plate? = nil, pixels place: Pixels = .elsewhere, creator: String? = nil
    ) throws -> String {
        let namespace = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
        var xml = XMLText(isASCII: place == .tiffPages)
        var page = 0
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        xml.open(
            "OME",
            [
                ("xmlns", namespace), ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                ("xsi:schemaLocation", "\(namespace) \(namespace)/ome.xsd"), ("Creator", creator),
            ])
        // The schema wants plates before images.
        if let plate { OMEXMLPlate(plate).write(to: &xml) }
        for (index, image) in images.enumerated() {
            xml.open("Image", [("ID", "Image:\(index)"), ("Name", image.name)])
            xml.open("Pixels", try pixels(image, index, place))
            for (channel, attributes) in channels(image, place).enumerated() {
                xml.leaf("Channel", [("ID", "Channel:\(index):\(channel)")] + attributes)
            }
            switch place {
            case .elsewhere: xml.leaf("MetadataOnly", [])
            case .tiffPages:
                let count = pageCount(image)
                xml.leaf("TiffData", [("IFD", String(page)), ("PlaneCount", String(count))])
                page += count
                let position = position(image)
                if !position.isEmpty { xml.leaf("Plane", [("TheZ", "0"), ("TheC", "0"), ("TheT", "0")] + position) }
            }
            xml.close("Pixels")
            xml.close("Image")
        }
        xml.close("OME")
        return xml.text
    }

    private static func pixels(
        _ image: ImageDescription, _ index: Int, _ place: Pixels
    ) throws -> [(String, String?)] {
        guard let type = typeName(image.type, place) else {
            throw OMEZarrError(
                .unsupported, "OME-XML has no pixel type \(image.type): convert the pixels or leave the OME-XML out")
        }
        for axis in image.axes where !["t", "c", "z", "y", "x"].contains(axis.name) {
            throw OMEZarrError(
                .unsupported,
                "OME-XML has no axis \"\(axis.name)\": rename it to t, c, z, y or x or leave the OME-XML out")
        }
        func size(_ name: String) -> String { String(extent(image, name)) }
        var attributes: [(String, String?)] = [
            ("ID", "Pixels:\(index)"), ("DimensionOrder", "XYZCT"), ("Type", type), ("SizeX", size("x")),
            ("SizeY", size("y")), ("SizeZ", size("z")), ("SizeC", size("c")), ("SizeT", size("t")),
        ]
        if place == .tiffPages {
            attributes += [("BigEndian", "false"), ("Interleaved", isSamples(image, place) ? "true" : "false")]
        }
        for name in ["x", "y", "z"] {
            attributes += spacing(
                image, name, "PhysicalSize" + name.uppercased(), PhysicalUnit.lengthSymbols)
        }
        return attributes + spacing(image, "t", "TimeIncrement", PhysicalUnit.timeSymbols)
    }

    /// A distance and its unit; nothing where the unit is unknown, since the schema would then assume one.
    static func spacing(
        _ image: ImageDescription, _ axis: String, _ attribute: String, _ symbols: [String: String]
    ) -> [(String, String?)] {
        guard let index = image.axis(axis), let symbol = image.axes[index].unit.flatMap({ symbols[$0] }),
            image.axes[index].spacing > 0, image.axes[index].spacing.isFinite
        else { return [] }
        return [(attribute, String(image.axes[index].spacing)), (attribute + "Unit", symbol)]
    }

    /// Where the first pixel lies, as the stage position of the first plane: a part of an image has a place in the whole.
    private static func position(_ image: ImageDescription) -> [(String, String?)] {
        ["x", "y", "z"].flatMap { name -> [(String, String?)] in
            guard let index = image.axis(name),
                let unit = image.axes[index].unit.flatMap({ PhysicalUnit.lengthSymbols[$0] }),
                let value = image.levels.first?.translation[index], value != 0, value.isFinite
            else { return [] }
            let attribute = "Position" + name.uppercased()
            return [(attribute, String(value)), (attribute + "Unit", unit)]
        }
    }

    private static func extent(_ image: ImageDescription, _ name: String) -> Int {
        image.axis(name).map { image.shape[$0] } ?? 1
    }

    private static func isSamples(_ image: ImageDescription, _ place: Pixels) -> Bool {
        place == .tiffPages && image.isRGB
    }

    private static func pageCount(_ image: ImageDescription) -> Int {
        extent(image, "t") * extent(image, "z") * (image.isRGB ? 1 : extent(image, "c"))
    }

    private static func channels(_ image: ImageDescription, _ place: Pixels) -> [[(String, String?)]] {
        let count = extent(image, "c")
        if isSamples(image, place) { return [[("SamplesPerPixel", String(count))]] }
        // What an OME-Zarr calls its only channel where nobody did; a name would promise an axis of channels.
        let standIns = image.axis("c") == nil ? [image.name, "Channel 0"] : []
        return ImageMetadata.complete(image.channels, count).map { channel in
            let name = standIns.contains(channel.name) ? nil : channel.name
            var attributes: [(String, String?)] = [("Name", name)]
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
    static func signedRGBA(_ color: Channel.Color) -> Int32 {
        let high = UInt32(color.red) << 24 | UInt32(color.green) << 16
        return Int32(bitPattern: high | UInt32(color.blue) << 8 | 255)
    }

    /// The name of a pixel type; nil where OME-XML has none.
    package static func typeName(_ type: PixelType, _ place: Pixels) -> String? {
        switch type {
        case .bool: place == .tiffPages ? "uint8" : "bit"
        case .int8, .int16, .int32, .uint8, .uint16, .uint32: type.rawValue
        case .float32: "float"
        case .float64: "double"
        case .int64, .uint64, .float16: nil
        }
    }
}
