import OMEZarr

/// Reads how an image is to be shown from the parameters of a request. All are optional:
///
/// | parameter | means | without it |
/// |---|---|---|
/// | `z=12`, `t=3` | plane and time, counted from 0 | the middle plane, time 0 |
/// | `project=max`, `project=mean:10:19` | planes put on top of one another by `max`, `mean` or `sum`; all of them, or first to last, both included | one plane |
/// | `channels=0,2` | the channels shown, counted from 0; at most 10 | those that are active in the file |
/// | `window.0=100:2000` | the values of channel 0 that become black and full colour | the window of `/api/images/<image>` |
/// | `color.0=FF8000` | colour of full intensity, six hexadecimal digits | the channel's colour |
/// | `lut.0=viridis` | a map of colours in place of a tint; see ``ColorMap/names`` | none |
/// | `gamma.0=0.8` | power to which intensities of 0 to 1 are raised, 0.01 to 100: below 1 brightens | 1 |
/// | `invert.0=1` | black and full colour change places | 0 |
/// | `mode=gray` | every channel in white; of a photograph its brightness; of labels their values | `color` |
/// | `quality=80` | of JPEG and WebP, 1 to 100 | 80 |
///
/// Channels that are not shown may have parameters; unknown parameters mean nothing. Labels in colour are transparent
/// where there is none, and of their parameters only `z` and `t` count.
package enum StyleQuery {
    /// - Throws: ``ServiceError`` with status 400 where a parameter is malformed or leaves the image.
    package static func style(_ query: RequestQuery, of image: ImageDescription) throws -> RenderStyle {
        var style = RenderStyle(image)
        (style.z, style.t) = try plane(query, of: image)
        if let text = query[.project], !text.isEmpty, text != "none" { style.stack = try stack(text, image) }
        if let text = query[.mode], !text.isEmpty {
            guard let mode = RenderStyle.Mode(rawValue: text) else {
                throw ServiceError.wrong("mode", text, "use color or gray")
            }
            style.mode = mode
        }
        if let text = query[.channels], !text.isEmpty {
            style.layers = try channels(text, count: image.channelCount).map { RenderStyle.Layer(channel: $0) }
        }
        for number in style.layers.indices { try read(&style.layers[number], query) }
        return style
    }

    /// The plane and the time: those asked for, else the middle and the first.
    ///
    /// - Parameter names: what the parameters are called.
    /// - Throws: ``ServiceError`` with status 400.
    static func plane(
        _ query: RequestQuery, of image: ImageDescription,
        _ names: (z: RequestParameter, t: RequestParameter) = (.z, .t)
    ) throws -> (z: Int, t: Int) {
        let z = image.axis("z").map { image.shape[$0] }
        let t = image.axes.firstIndex { $0.kind == .time }.map { image.shape[$0] }
        return (try index(query, names.z, z) ?? (z ?? 1) / 2, try index(query, names.t, t) ?? 0)
    }

    /// The quality of JPEG and WebP.
    ///
    /// - Throws: ``ServiceError`` with status 400.
    package static func quality(_ query: RequestQuery) throws -> Int {
        let quality = try query.int(.quality) ?? 80
        guard (1...100).contains(quality) else { throw ServiceError.wrong("quality", "\(quality)", "use 1 to 100") }
        return quality
    }

    private static func read(_ layer: inout RenderStyle.Layer, _ query: RequestQuery) throws {
        let number = layer.channel
        if let text = query[.window, number], !text.isEmpty {
            (layer.start, layer.end) = try window(text, "window.\(number)")
        }
        if let text = query[.color, number], !text.isEmpty {
            guard text.utf8.count <= 7, let color = Channel.Color(hexadecimal: text) else {
                throw ServiceError.wrong("color.\(number)", text, "use six hexadecimal digits, as in FF8000")
            }
            layer.color = color
        }
        if let text = query[.lut, number], !text.isEmpty {
            guard let map = ColorMap(named: text) else {
                throw ServiceError.wrong("lut.\(number)", text, "there are " + ColorMap.names.joined(separator: ", "))
            }
            layer.map = map
        }
        if let gamma = try query.double(.gamma, channel: number) {
            guard (0.01...100).contains(gamma) else {
                throw ServiceError.wrong("gamma.\(number)", "\(gamma)", "use 0.01 to 100")
            }
            layer.gamma = gamma
        }
        layer.isInverted = try query.flag(.invert, channel: number)
    }

    /// `start:end`, two finite numbers, the smaller first.
    static func window(_ text: String, _ name: String) throws -> (Double, Double) {
        let sides = text.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 2, let start = Double(sides[0]), let end = Double(sides[1]), start.isFinite, end.isFinite,
            start <= end
        else { throw ServiceError.wrong(name, text, "use the smaller and the larger value, as in 100:2000") }
        return (start, end)
    }

    /// Numbers of channels, in ascending order, each once.
    static func channels(_ text: String, count: Int) throws -> [Int] {
        var channels = Set<Int>()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let channel = Int(part), (0..<count).contains(channel) else {
                throw ServiceError.wrong("channels", text, "the image has channels 0 to \(count - 1)")
            }
            channels.insert(channel)
            guard channels.count <= RenderLimits.channels else {
                throw ServiceError(
                    .badRequest, "too-large", "more than \(RenderLimits.channels) channels cannot be shown at once")
            }
        }
        return channels.sorted()
    }

    private static func stack(_ text: String, _ image: ImageDescription) throws -> RenderStyle.Stack {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let method = PlaneProjection.Method(rawValue: String(parts[0])), parts.count == 1 || parts.count == 3
        else {
            throw ServiceError.wrong(
                "project", text, "use max, mean or sum, and which planes if not all, as in max:0:9")
        }
        let extent = image.axis("z").map { image.shape[$0] } ?? 1
        guard parts.count == 3 else { return RenderStyle.Stack(method: method, planes: 0...max(extent - 1, 0)) }
        guard let first = Int(parts[1]), let last = Int(parts[2]), first >= 0, first <= last, last < extent else {
            throw ServiceError.wrong("project", text, "the image has planes 0 to \(extent - 1)")
        }
        return RenderStyle.Stack(method: method, planes: first...last)
    }

    /// An index on an axis; an image without the axis has one of index 0.
    static func index(_ query: RequestQuery, _ name: RequestParameter, _ extent: Int?) throws -> Int? {
        guard let index = try query.int(name) else { return nil }
        let extent = extent ?? 1
        guard (0..<extent).contains(index) else {
            throw ServiceError.wrong(
                name.rawValue, "\(index)", "the image has \(name.rawValue) from 0 to \(extent - 1)")
        }
        return index
    }
}
