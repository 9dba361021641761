/// Brings OME-XML in line with an image that was edited: only the attributes that tell of the change are written anew.
///
/// - Source: OME-XML schema 2016-06, `Image`, `Pixels`, `Channel`.
public enum OMEXMLEdit {
    /// The document with the name, the channels and the distances of one image as they are now.
    ///
    /// Channels of several samples, as those of photographs, keep their names and colours. Windows have no place there.
    ///
    /// - Parameters:
    ///   - xml: OME-XML in UTF-8, any version and namespace prefix.
    ///   - image: the image after the changes.
    ///   - number: which image of the document it is, from 0.
    ///   - changes: what was changed.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where a tag has no end.
    public static func apply(
        _ changes: ImageChanges, of image: ImageDescription, number: Int, to xml: String
    ) throws -> String {
        var scanner = XMLScanner(Array(xml.utf8)), out = [UInt8](), path = [Substring]()
        var position = Position()
        while let token = try scanner.next() {
            var tag = XMLTag(scanner.bytes[token.range])
            switch token.kind {
            case .start(let name), .empty(let name):
                let local = name.split(separator: ":").last ?? ""
                if local == "Image" && !path.contains("Image") { position = Position(image: position.image + 1) }
                if position.image == number {
                    switch (path.last, local) {
                    case (_, "Image") where !path.contains("Image"):
                        if changes.name != nil { tag.set("Name", to: image.name) }
                    case ("Image", "Pixels"): setSpacings(&tag, image, changes)
                    case ("Pixels", "Channel"):
                        position.channel += 1
                        let samples = tag["SamplesPerPixel"].flatMap { Int($0) } ?? 1
                        if samples == 1 { setChannel(&tag, image, position.channel, changes) }
                    default: break
                    }
                }
                if case .start = token.kind { path.append(local) }
            case .end: _ = path.popLast()
            case .text: break
            }
            out += tag.bytes
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The last image and the last channel of it that began.
    private struct Position {
        var image = -1
        var channel = -1
    }

    private static func setSpacings(_ tag: inout XMLTag, _ image: ImageDescription, _ changes: ImageChanges) {
        for axis in ["x", "y", "z", "t"] where changes.spacings[axis] != nil {
            let name = axis == "t" ? "TimeIncrement" : "PhysicalSize" + axis.uppercased()
            let symbols = axis == "t" ? PhysicalUnit.timeSymbols : PhysicalUnit.lengthSymbols
            let said = OMEXMLWriter.spacing(image, axis, name, symbols)
            // What has no words any more is removed.
            for name in [name, name + "Unit"] { tag.set(name, to: said.first { $0.0 == name }?.1) }
        }
    }

    private static func setChannel(
        _ tag: inout XMLTag, _ image: ImageDescription, _ index: Int, _ changes: ImageChanges
    ) {
        guard image.channels.indices.contains(index) else { return }
        let channel = image.channels[index]
        if changes.channelNames != nil { tag.set("Name", to: channel.name) }
        if changes.channelColors != nil {
            tag.set("Color", to: channel.color.map { String(OMEXMLWriter.signedRGBA($0)) })
        }
    }
}
