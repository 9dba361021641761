public import OMEZarr
import Zarr

/// The OME-XML that stands in the first page of an OME-TIFF: what the pages are, in the order they are written.
///
/// Pages follow one another with z fastest, then channel, then time: the C order of `[t, c, z]`.
///
/// - Source: OME-TIFF specification 6.x; OME-XML schema 2016-06.
public enum OMETiffDescription {
    /// The document for an image written from front to back into one file.
    ///
    /// - Parameters:
    ///   - image: axes among t, c, z, y, x; `isRGB` means that its three channels are one page's samples.
    ///   - creator: the program, such as `ome-zarr 1.0`.
    /// - Returns: ASCII text, other characters written as references, as the tag demands; nil where OME-XML has no word
    ///   for the image's type (64-bit integers, half floats) or for one of its axes.
    public static func xml(for image: ImageDescription, creator: String) -> String? {
        guard let type = typeName(image.type), image.axes.allSatisfy({ ["t", "c", "z", "y", "x"].contains($0.name) })
        else { return nil }
        func extent(_ name: String) -> Int { image.axis(name).map { image.shape[$0] } ?? 1 }
        let sizeC = extent("c"), pages = extent("t") * extent("z") * (image.isRGB ? 1 : sizeC)
        var pixels: [(String, String)] = [
            ("ID", "Pixels:0"), ("DimensionOrder", "XYZCT"), ("Type", type),
            ("SizeX", "\(extent("x"))"), ("SizeY", "\(extent("y"))"), ("SizeZ", "\(extent("z"))"),
            ("SizeC", "\(sizeC)"), ("SizeT", "\(extent("t"))"), ("BigEndian", "false"),
            ("Interleaved", image.isRGB ? "true" : "false"),
        ]
        for axis in image.axes { pixels += size(of: axis) }
        let namespace = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
        return #"<?xml version="1.0" encoding="UTF-8"?>"#
            + tag(
                "OME",
                [
                    ("xmlns", namespace), ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                    ("xsi:schemaLocation", "\(namespace) \(namespace)/ome.xsd"), ("Creator", creator),
                ])
            + tag("Image", [("ID", "Image:0"), ("Name", image.name ?? "image")])
            + tag("Pixels", pixels) + channels(of: image, count: sizeC)
            + tag("TiffData", [("IFD", "0"), ("PlaneCount", "\(pages)")], closed: true)
            + "</Pixels></Image></OME>"
    }

    private static func channels(of image: ImageDescription, count: Int) -> String {
        let ids = image.isRGB ? 0..<1 : 0..<count
        return ids.map { index in
            var attributes = [("ID", "Channel:0:\(index)"), ("SamplesPerPixel", image.isRGB ? "\(count)" : "1")]
            if !image.isRGB, image.channels.indices.contains(index) {
                let channel = image.channels[index]
                if let name = channel.name { attributes.append(("Name", name)) }
                if let color = channel.color { attributes.append(("Color", "\(signed(color))")) }
                attributes += wavelength("Excitation", channel.excitationWavelength)
                attributes += wavelength("Emission", channel.emissionWavelength)
            }
            return tag("Channel", attributes, closed: true)
        }.joined()
    }

    private static func wavelength(_ kind: String, _ value: Double?) -> [(String, String)] {
        value.map { [("\(kind)Wavelength", "\($0)"), ("\(kind)WavelengthUnit", "nm")] } ?? []
    }

    /// OME stores a colour as red, green, blue, alpha in the bytes of a signed number, alpha lowest.
    private static func signed(_ color: Channel.Color) -> Int32 {
        Int32(
            bitPattern: UInt32(color.red) << 24 | UInt32(color.green) << 16 | UInt32(color.blue) << 8 | 0xff)
    }

    private static func size(of axis: Axis) -> [(String, String)] {
        guard let unit = axis.unit.flatMap({ symbols[$0] }) else { return [] }
        switch axis.kind {
        case .time: return [("TimeIncrement", "\(axis.spacing)"), ("TimeIncrementUnit", unit)]
        case .space:
            let name = "PhysicalSize\(axis.name.uppercased())"
            return [(name, "\(axis.spacing)"), ("\(name)Unit", unit)]
        default: return []
        }
    }

    private static let symbols = [
        "angstrom": "Å", "picometer": "pm", "nanometer": "nm", "micrometer": "µm", "millimeter": "mm",
        "centimeter": "cm", "meter": "m", "inch": "in", "pixel": "pixel",
        "microsecond": "µs", "millisecond": "ms", "second": "s", "minute": "min", "hour": "h", "day": "d",
    ]

    private static func typeName(_ type: PixelType) -> String? {
        switch type {
        case .bool: "uint8"
        case .int64, .uint64, .float16: nil
        case .float32: "float"
        case .float64: "double"
        default: type.rawValue
        }
    }

    private static func tag(_ name: String, _ attributes: [(String, String)], closed: Bool = false) -> String {
        "<\(name)" + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined() + (closed ? "/>" : ">")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                // XML 1.0 has no way to say control characters other than these three.
                if scalar.value >= 32 || [9, 10, 13].contains(scalar.value) { result += "&#\(scalar.value);" }
            }
        }
        return result
    }
}
