import OMEZarr

/// ImageJ hyperstacks: the description's `key=value` lines say how pages are counted.
///
/// - Source: ij.io.TiffEncoder, ij.io.FileInfo; behaviour compared with tifffile.
enum ImageJ {
    /// The ImageJ description of a page; nil where it has none. It may be a second ImageDescription, behind OME-XML.
    static func description(_ directory: Directory, _ reader: DirectoryReader) -> String? {
        for field in directory.fields where field.tag == .imageDescription {
            guard let bytes = try? reader.contents(of: field) else { continue }
            if bytes.starts(with: "ImageJ=".utf8) || bytes.starts(with: "SCIFIO=".utf8) {
                // Latin-1, with the rest of Unicode escaped.
                return String(String.UnicodeScalarView(bytes.prefix { $0 != 0 }.map { Unicode.Scalar($0) }))
            }
        }
        return nil
    }

    /// The hyperstack of the first file; nil where the description makes no sense.
    static func series(
        _ text: String, _ first: Directory, _ catalogue: FileCatalogue, _ reader: DirectoryReader
    ) throws -> SeriesDraft? {
        let properties = properties(text)
        let index = catalogue.indexes[0]
        guard let layout = index.layout(of: index.pages[0]) else { return nil }
        guard let order = order(properties, layout, pages: index.pages.count) else {
            catalogue.warn("the ImageJ description counts no images; the pages are read as they stand")
            return nil
        }
        let count = try order.count(catalogue.limits)
        var planes = try BarePlanes.find(count, layout, page: 0, catalogue, reader) ?? []
        if planes.isEmpty {
            let pages = index.pages.filter { index.layout(of: $0) != nil && $0.layout == index.pages[0].layout }
            planes = pages.prefix(count).map { .directory(file: 0, offset: $0.offset) }
            if planes.count == 1 && count > 1 {
                catalogue.warn("the ImageJ description counts \(count) images, the file holds one")
                return nil
            }
            if planes.count < count {
                catalogue.warn("\(count - planes.count) of \(count) images are missing; they read as zeros")
            }
        }
        var draft = SeriesDraft(levels: [
            PlaneStack(
                layout: layout,
                planes: try order.places(catalogue.limits).map { $0 < planes.count ? planes[$0] : .absent })
        ])
        draft.times = order.extent(.time)
        draft.pageChannels = order.extent(.channel)
        draft.depths = order.extent(.depth)
        draft.calibration = calibration(properties, first, reader)
        draft.channels = ImageJMetadata.channels(
            first, reader, count: draft.pageChannels * layout.samples, properties, layout.type)
        return draft
    }

    /// Keys and values of the description's lines.
    private static func properties(_ text: String) -> [String: String] {
        var result = [String: String]()
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            result[String(line[..<equals])] = unescaped(String(line[line.index(after: equals)...]))
        }
        return result
    }

    /// Java's escapes, such as `\u00B5m`.
    private static func unescaped(_ text: String) -> String {
        guard text.contains("\\u") else { return text }
        var result = "", rest = Substring(text)
        while let slash = rest.firstIndex(of: "\\") {
            result += rest[..<slash]
            rest = rest[slash...]
            let digits = rest.dropFirst(2).prefix(4)
            if rest.dropFirst().first == "u", digits.count == 4, let code = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(code)
            {
                result.unicodeScalars.append(scalar)
                rest = rest.dropFirst(6)
            } else {
                result.append("\\")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    /// How planes are counted. `images` is unreliable, so that slices, frames and channels decide where they are given.
    private static func order(_ properties: [String: String], _ layout: PageLayout, pages: Int) -> PlaneOrder? {
        func number(_ key: String) -> Int? { properties[key].map { Int($0) ?? 0 } ?? 1 }
        guard let frames = number("frames"), let slices = number("slices"), var channels = number("channels"),
            let said = number("images"), frames > 0, slices > 0, channels > 0, said > 0
        else { return nil }
        let (others, overflow) = frames.multipliedReportingOverflow(by: slices)
        if overflow { return nil }
        // Samples that are also declared as channels are no pages.
        if layout.isPlanar && layout.samples == channels || layout.samples == channels && said == others {
            channels = 1
        }
        if others == 1 && channels == 1 { return PlaneOrder(axes: [(.depth, max(1, pages))]) }
        let t = (role: PlaneOrder.Role.time, extent: frames), z = (role: PlaneOrder.Role.depth, extent: slices)
        let c = (role: PlaneOrder.Role.channel, extent: channels)
        switch properties["order"]?.lowercased() {
        case "ctz": return PlaneOrder(axes: [z, t, c])
        case "zct": return PlaneOrder(axes: [t, c, z])
        case "ztc": return PlaneOrder(axes: [c, t, z])
        case "tcz": return PlaneOrder(axes: [z, c, t])
        case "tzc": return PlaneOrder(axes: [c, z, t])
        default: return PlaneOrder(axes: [t, z, c])
        }
    }

    /// Pixel sizes: resolution tags count pixels per `unit`, whatever ResolutionUnit says.
    private static func calibration(
        _ properties: [String: String], _ first: Directory, _ reader: DirectoryReader
    ) -> Calibration {
        var calibration = Calibration()
        func unit(_ key: String) -> String? { (properties[key] ?? properties["unit"]).flatMap(Units.length) }
        func size(_ tag: Tag) -> Double? { reader.number(tag, of: first).map { 1 / $0 } }
        if let x = unit("unit") { calibration.x = Spacing(size(.xResolution), unit: x) ?? .unknown }
        if let y = unit("yunit") { calibration.y = Spacing(size(.yResolution), unit: y) ?? .unknown }
        if let z = unit("zunit") {
            calibration.z = Spacing(properties["spacing"].flatMap(Double.init), unit: z) ?? .unknown
        }
        let tunit = properties["tunit"].flatMap(Units.time) ?? "second"
        let rate = properties["fps"].flatMap(Double.init)
        calibration.t =
            Spacing(properties["finterval"].flatMap(Double.init), unit: tunit)
            ?? Spacing(rate.map { 1 / $0 }, unit: "second") ?? .unknown
        return calibration
    }
}
