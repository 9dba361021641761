/// A picture that an IIIF address asks for: region, size, rotation, quality and format.
///
/// - Source: IIIF Image API 3.0 and 2.1, section 4.
package struct IIIFRequest: Sendable {
    /// The colours of a picture.
    package enum Quality: String, Sendable, CaseIterable {
        case color, gray, bitonal
        case standard = "default"
    }

    package let region: IIIFRegion
    package let size: IIIFSize
    /// Whether left and right change places, before the turn.
    package let isMirrored: Bool
    /// Quarter turns clockwise, 0 to 3.
    package let turns: Int
    package let quality: Quality
    package let format: PictureFormat

    /// - Parameter names: region, size, rotation, and quality with format.
    /// - Throws: ``ServiceError`` with status 400.
    package init(_ names: [String], width: Int, height: Int, _ version: IIIFVersion) throws {
        guard names.count == 4 else {
            throw ServiceError(
                .badRequest, "path", "a picture lies at {region}/{size}/{rotation}/{quality}.{format} of its image")
        }
        region = try IIIFRegion(names[0], width: width, height: height)
        size = try IIIFSize(names[1], of: region, version)
        isMirrored = names[2].hasPrefix("!")
        turns = try Self.turns(isMirrored ? names[2].dropFirst() : Substring(names[2]))
        let (name, format) = try PictureFormat.split(names[3])
        guard let quality = Quality(rawValue: name) else {
            throw ServiceError(
                .badRequest, "quality", "\(name.prefix(64)) is no quality: use default, color, gray or bitonal")
        }
        self.quality = quality
        self.format = format
    }

    private static func turns(_ text: Substring) throws -> Int {
        guard let angle = IIIFNumber.value(text), angle <= 360, angle == (angle / 90).rounded() * 90 else {
            throw ServiceError(
                .badRequest, "rotation", "\(text.prefix(64)) is no angle that is turned by: use 0, 90, 180 or 270")
        }
        return Int(angle / 90) % 4
    }

    /// What stands behind the image in the canonical address.
    package var canonical: String {
        let format = format == .jpeg ? "jpg" : format.rawValue
        let quality = quality == .color ? "default" : quality.rawValue
        return "\(region.canonical)/\(size.canonical)/\(isMirrored ? "!" : "")\(turns * 90)/\(quality).\(format)"
    }
}
