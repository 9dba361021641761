import Zarr

/// A space that pixels are placed in: a name and axes.
///
/// - Source: OME-Zarr 0.6, "coordinateSystems" metadata.
public struct CoordinateSystem: Sendable, Hashable {
    /// Unique within the image.
    public var name: String
    /// Its axes, in the order of the coordinates of a point; the spacing is 1.
    public var axes: [Axis]

    /// A coordinate system.
    public init(name: String, axes: [Axis]) {
        self.name = name
        self.axes = axes
    }

    /// Reads an entry of `coordinateSystems`; nil where it has no name, or an axis has none.
    init?(reading json: JSONValue) {
        guard let name = json["name"]?.string, let list = json["axes"]?.array else { return nil }
        let axes = list.compactMap { Axis(reading: $0) }
        guard axes.count == list.count else { return nil }
        self.init(name: name, axes: axes)
    }
}

extension Axis {
    /// Reads an axis: an object, or in 0.3 its name. Nil where it has no name.
    init?(reading json: JSONValue) {
        guard let name = json.string ?? json["name"]?.string else { return nil }
        let kind = json["type"]?.string.map { Kind(name: $0) } ?? .standard(name)
        self.init(name: name, kind: kind, unit: json["unit"]?.string)
    }
}

extension Axis.Kind {
    /// What an axis without a type measures, by its name.
    static func standard(_ name: String) -> Axis.Kind {
        switch name {
        case "t": .time
        case "c": .channel
        case "z", "y", "x": .space
        default: .custom(nil)
        }
    }
}
