/// One dimension of an image: what it is called, what it measures and how far apart its elements lie.
///
/// - Source: OME-Zarr 0.4 and 0.5, "axes" metadata.
public struct Axis: Sendable, Hashable {
    /// What an axis measures. Files may hold other kinds, kept as ``custom(_:)``.
    public enum Kind: Sendable, Hashable {
        case time, channel, space
        /// Any other type string; nil where the file gives none.
        case custom(String?)
    }

    /// Unique within the image; one of t, c, z, y, x in files we write.
    public var name: String
    /// What the axis measures.
    public var kind: Kind
    /// A UDUNITS name such as `micrometer` or `second`; nil where the unit is unknown.
    public var unit: String?
    /// Distance from one element of level 0 to the next, in `unit`; 1 where it is unknown.
    public var spacing: Double

    /// An axis; `spacing` 1 and no unit mean that the physical size is unknown.
    public init(name: String, kind: Kind, unit: String? = nil, spacing: Double = 1) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.spacing = spacing
    }

    /// A time axis named "t".
    public static func t(unit: String? = nil, spacing: Double = 1) -> Axis {
        Axis(name: "t", kind: .time, unit: unit, spacing: spacing)
    }
    /// A channel axis named "c".
    public static let c = Axis(name: "c", kind: .channel)
    /// A space axis named "z", "y" or "x".
    public static func space(_ name: String, unit: String? = nil, spacing: Double = 1) -> Axis {
        Axis(name: name, kind: .space, unit: unit, spacing: spacing)
    }
}
