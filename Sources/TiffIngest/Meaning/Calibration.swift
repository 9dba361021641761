/// How far apart elements lie on an axis; unknown is 1 without a unit.
struct Spacing: Sendable, Hashable {
    var value: Double
    /// A UDUNITS name; nil where unknown.
    var unit: String?

    static let unknown = Spacing(value: 1, unit: nil)

    /// Spacings beyond are no distance between pixels in any unit, and products with extents might not be finite.
    private static let plausible = 1e-100...1e100

    /// A spacing from what a file says: nil where the number is no positive finite one.
    init?(_ value: Double?, unit: String?) {
        guard let value, Self.plausible.contains(value) else { return nil }
        self.value = value
        self.unit = unit
    }

    private init(value: Double, unit: String?) {
        self.value = value
        self.unit = unit
    }
}

/// The spacing of all axes of a series.
struct Calibration: Sendable, Hashable {
    var t = Spacing.unknown, z = Spacing.unknown, y = Spacing.unknown, x = Spacing.unknown
}
