import Zarr

/// `omero`.
///
/// - Source: OME-Zarr 0.4 to 0.6, "omero" metadata.
extension MetadataRules {
    mutating func checkOmero(_ value: JSONValue, _ pointer: String) {
        guard let omero = object(value, pointer, 50, "\"omero\"") else { return }
        guard let channels = omero["channels"]?.array else {
            return error(
                pointer + "/channels", 50, "\"channels\" is \(JSONKind.of(omero["channels"])), not a list",
                fix: "list the channels, or remove \"omero\"")
        }
        for (index, channel) in channels.enumerated() {
            let pointer = "\(pointer)/channels/\(index)"
            if let channel = object(channel, pointer, 50, "the channel") { checkChannel(channel, pointer) }
        }
    }

    private mutating func checkChannel(_ channel: JSONObject, _ pointer: String) {
        // Demanded by the text of all versions, but only the schema of 0.4 looks.
        let authority: Finding.Authority = version == .v04 ? .schema : .text
        for name in ["color", "window"] where channel[name] == nil {
            error(pointer, 51, "the channel has no \"\(name)\"", fix: "add \"\(name)\"", by: authority)
        }
        for name in ["label", "family", "color"] {
            optionalString(channel[name], "\(pointer)/\(name)", 50, "\"\(name)\"")
        }
        if let active = channel["active"], active.bool == nil {
            error(
                pointer + "/active", 50, "\"active\" is \(JSONKind.of(active)), not true or false",
                fix: "write true or false")
        }
        if let color = channel["color"]?.string,
            color.utf8.count != 6 || Channel.Color(hexadecimal: color) == nil || color.hasPrefix("#")
        {
            error(
                pointer + "/color", 50, "\"\(color.prefix(40))\" is not a colour",
                fix: "write six hexadecimal digits without \"#\"", by: .text)
        }
        guard let window = channel["window"].flatMap({ object($0, pointer + "/window", 50, "\"window\"") }) else {
            return
        }
        for name in ["min", "max", "start", "end"] where window[name]?.number == nil {
            error(
                "\(pointer)/window/\(name)", 50, "\"\(name)\" is \(JSONKind.of(window[name])), not a number",
                fix: "write min, max, start and end of the window as numbers")
        }
    }
}
