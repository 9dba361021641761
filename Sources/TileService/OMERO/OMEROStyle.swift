import OMEZarr
import Zarr

/// Reads how an image is shown from the parameters of OMERO's addresses:
///
/// | parameter | means |
/// |---|---|
/// | `c=1\|100:600$FF0000,-2\|0:255r$fire.lut` | channels counted from 1, those with a minus off; window; `r` inverts, `-r` does not; colour of 3, 4, 6 or 8 digits, or a map |
/// | `m=g`, `m=c` | the first channel that is on in grey; colours |
/// | `p=intmax`, `p=intmean\|0:9` | planes put on top of one another, first and last included; also `intsum` and `normal` |
/// | `maps=[{"inverted":{"enabled":true}},…]` | one for each channel of `c`: `inverted` or `reverse`, and `quantization` of the families linear and polynomial, whose coefficient is a gamma |
///
/// - Source: omero-web, `webgateway` urls; omero-ms-image-region, `ImageRegionCtx`.
package enum OMEROStyle {
    /// - Throws: ``ServiceError`` with status 400.
    package static func style(_ query: RequestQuery, z: Int, t: Int, of image: ImageDescription) throws -> RenderStyle {
        var style = RenderStyle(image)
        style.z = z
        style.t = t
        let maps = try query[.maps].flatMap { $0.isEmpty ? nil : $0 }.map(adjustments) ?? []
        if let text = query[.c], !text.isEmpty {
            style.layers = try layers(text, maps, count: image.channelCount)
        }
        switch query[.m] ?? "c" {
        case "g", "greyscale":
            style.mode = .gray
            style.layers = Array(style.layers.prefix(1))
        case "c", "color", "rgb", "": break
        case let text: throw ServiceError.wrong("m", text, "use g or c")
        }
        style.stack = try stack(query[.p] ?? "normal", extent: image.axis("z").map { image.shape[$0] } ?? 1)
        return style
    }

    private static func layers(_ text: String, _ maps: [JSONValue], count: Int) throws -> [RenderStyle.Layer] {
        var layers = [RenderStyle.Layer]()
        for (number, part) in text.split(separator: ",").enumerated() {
            guard number < 4096 else { throw ServiceError.wrong("c", text, "it names too many channels") }
            guard let layer = try layer(part, text, count: count) else { continue }
            var adjusted = layer
            if maps.indices.contains(number) { try adjust(&adjusted, maps[number]) }
            layers.append(adjusted)
        }
        guard !layers.isEmpty else { throw ServiceError.wrong("c", text, "at least one channel must be on") }
        guard layers.count <= RenderLimits.channels, Set(layers.map(\.channel)).count == layers.count else {
            throw ServiceError.wrong(
                "c", text, "at most \(RenderLimits.channels) channels are shown at once, each once")
        }
        return layers.sorted { $0.channel < $1.channel }
    }

    /// One channel of `c`; nil where it is off.
    private static func layer(_ part: Substring, _ text: String, count: Int) throws -> RenderStyle.Layer? {
        let shown = part.split(separator: "$", maxSplits: 1, omittingEmptySubsequences: false)
        let sides = shown[0].split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = Int(sides[0]), number != 0, (-count...count).contains(number) else {
            throw ServiceError.wrong("c", text, "the image has channels 1 to \(count)")
        }
        guard number > 0 else { return nil }
        var layer = RenderStyle.Layer(channel: number - 1)
        if sides.count > 1 {
            var window = sides[1]
            if window.hasSuffix("r") {
                window.removeLast()
                layer.isInverted = !window.hasSuffix("-")
                if !layer.isInverted { window.removeLast() }
            }
            if !window.isEmpty { (layer.start, layer.end) = try StyleQuery.window(String(window), "c") }
        }
        if shown.count > 1 { try paint(&layer, shown[1], text) }
        return layer
    }

    private static func paint(_ layer: inout RenderStyle.Layer, _ name: Substring, _ text: String) throws {
        if name.hasSuffix(".lut") {
            guard let map = ColorMap(named: String(name.dropLast(4))) else {
                throw ServiceError.wrong(
                    "c", text, "there are " + ColorMap.names.map { $0 + ".lut" }.joined(separator: ", "))
            }
            layer.map = map
            return
        }
        // Three and four digits stand for six and eight.
        let digits = name.utf8.count <= 4 ? name.map { "\($0)\($0)" }.joined() : String(name)
        guard let color = Channel.Color(hexadecimal: digits), !digits.hasPrefix("#") else {
            throw ServiceError.wrong("c", text, "a colour has 3, 4, 6 or 8 hexadecimal digits")
        }
        layer.color = color
    }

    private static func adjustments(_ text: String) throws -> [JSONValue] {
        guard text.utf8.count <= 1 << 16, let document = try? JSONValue.parse(text),
            let maps = document.array
        else { throw ServiceError.wrong("maps", text, "use a JSON list with an object for each channel") }
        return maps
    }

    private static func adjust(_ layer: inout RenderStyle.Layer, _ map: JSONValue) throws {
        for name in ["inverted", "reverse"] {
            if let isInverted = map[name]?["enabled"]?.bool { layer.isInverted = isInverted }
        }
        guard let quantization = map["quantization"] else { return }
        let coefficient = quantization["coefficient"]?.double ?? 1
        switch quantization["family"]?.string ?? "linear" {
        case "linear": break
        case "polynomial":
            guard (0.01...100).contains(coefficient) else {
                throw ServiceError.wrong("maps", "\(coefficient)", "a coefficient lies between 0.01 and 100")
            }
            layer.gamma = coefficient
        case let family: throw ServiceError.wrong("maps", family, "use the families linear and polynomial")
        }
    }

    private static func stack(_ text: String, extent: Int) throws -> RenderStyle.Stack? {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard let name = parts.first, name != "normal", !name.isEmpty else { return nil }
        let methods: [String: PlaneProjection.Method] = ["intmax": .max, "intmean": .mean, "intsum": .sum]
        guard let method = methods[String(name)], parts.count <= 2 else {
            throw ServiceError.wrong("p", text, "use normal, intmax, intmean or intsum, as in intmax|0:9")
        }
        guard parts.count == 2 else { return .init(method: method, planes: 0...extent - 1) }
        let ends = parts[1].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 0, first <= last, last < extent else {
            throw ServiceError.wrong("p", text, "the image has planes 0 to \(extent - 1)")
        }
        return .init(method: method, planes: first...last)
    }
}
