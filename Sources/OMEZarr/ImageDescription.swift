public import Zarr

/// What an image is, without its pixels.
public struct ImageDescription: Sendable, Hashable {
    /// One resolution of the image.
    public struct Level: Sendable, Hashable {
        /// Elements on each axis.
        public var shape: [Int]
        /// Distance between elements on each axis, in the axis' unit.
        public var scale: [Double]
        /// Where the centre of the first element lies on each axis, in the axis' unit; zero for level 0 of an image that
        /// was not cut out of another.
        public var translation: [Double]

        /// A level from its shape and its place in space.
        public init(shape: [Int], scale: [Double], translation: [Double]) {
            self.shape = shape
            self.scale = scale
            self.translation = translation
        }
    }

    /// The image's name; nil where it has none.
    public var name: String?
    /// Time, channel, then space; each name once.
    public var axes: [Axis]
    /// Finest first; at least one.
    public var levels: [Level]
    /// Type of the pixels of every level.
    public var type: PixelType
    /// One for each element of the channel axis; one in all where there is no such axis. May be empty for labels.
    public var channels: [Channel]
    /// True where the three channels are the red, green and blue of a photograph.
    public var isRGB: Bool
    /// True where values name objects and must never be averaged.
    public var isLabels: Bool
    /// What labels say of their values; means nothing where ``isLabels`` is false.
    public var labelDetails = LabelDetails()

    /// A description; `levels` must not be empty and every shape has one extent per axis.
    public init(
        name: String? = nil, axes: [Axis], levels: [Level], type: PixelType, channels: [Channel] = [],
        isRGB: Bool = false, isLabels: Bool = false
    ) {
        precondition(!levels.isEmpty, "an image has at least one level")
        precondition(levels.allSatisfy { $0.shape.count == axes.count }, "a level has one extent for each axis")
        self.name = name
        self.axes = axes
        self.levels = levels
        self.type = type
        self.channels = channels
        self.isRGB = isRGB
        self.isLabels = isLabels
    }

    /// A description of an image with one level, whose scale is the axes' spacing.
    public init(
        name: String? = nil, axes: [Axis], shape: [Int], type: PixelType, channels: [Channel] = [],
        isRGB: Bool = false, isLabels: Bool = false
    ) {
        let level = Level(
            shape: shape, scale: axes.map(\.spacing), translation: [Double](repeating: 0, count: axes.count))
        self.init(
            name: name, axes: axes, levels: [level], type: type, channels: channels, isRGB: isRGB, isLabels: isLabels)
    }

    /// Elements of level 0 on each axis.
    public var shape: [Int] { levels[0].shape }

    /// The position of an axis by its name; nil where there is none.
    public func axis(_ name: String) -> Int? { axes.firstIndex { $0.name == name } }

    /// Number of elements on the channel axis; 1 where there is none.
    public var channelCount: Int { axes.firstIndex { $0.kind == .channel }.map { shape[$0] } ?? 1 }
}
