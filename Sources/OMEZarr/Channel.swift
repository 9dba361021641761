/// How one channel is called and shown.
///
/// - Source: OME-Zarr 0.4 and 0.5, "omero" metadata.
public struct Channel: Sendable, Hashable {
    /// The range of values to show, and the range of values there are.
    public struct Window: Sendable, Hashable {
        /// Smallest and largest value a control may reach.
        public var min, max: Double
        /// Values shown as black and as full colour.
        public var start, end: Double

        /// A window; `start` and `end` lie between `min` and `max`.
        public init(min: Double, max: Double, start: Double, end: Double) {
            self.min = min
            self.max = max
            self.start = start
            self.end = end
        }
    }

    /// A colour of 8 bits a component.
    public struct Color: Sendable, Hashable {
        public var red, green, blue: UInt8

        /// A colour from its three components.
        public init(red: UInt8, green: UInt8, blue: UInt8) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// Full white.
        public static let white = Color(red: 255, green: 255, blue: 255)
    }

    /// What was imaged, such as "DAPI"; nil where the source does not say.
    public var name: String?
    /// The colour to show it in; nil where the source does not say.
    public var color: Color?
    /// The contrast window; nil until it is known.
    public var window: Window?
    /// Whether a viewer shows the channel at first.
    public var isActive: Bool
    /// Emission and excitation wavelength in nanometres.
    public var emissionWavelength, excitationWavelength: Double?

    /// A channel; everything unknown is nil.
    public init(
        name: String? = nil, color: Color? = nil, window: Window? = nil, isActive: Bool = true,
        emissionWavelength: Double? = nil, excitationWavelength: Double? = nil
    ) {
        self.name = name
        self.color = color
        self.window = window
        self.isActive = isActive
        self.emissionWavelength = emissionWavelength
        self.excitationWavelength = excitationWavelength
    }
}
