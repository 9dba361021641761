public import Zarr

/// What the group of a multiscale image says about it: the `multiscales` and `omero` documents as one value.
///
/// - Source: OME-Zarr 0.4 and 0.5, "multiscales" metadata, "omero" metadata, "image-label" metadata.
public struct ImageMetadata: Sendable, Hashable {
    /// One level and where it lies in space.
    public struct Dataset: Sendable, Hashable {
        /// Where the array lies, relative to the image's group.
        public var path: String
        /// Distance between elements on each axis, in the axis' unit.
        public var scale: [Double]
        /// Where the centre of the first element lies on each axis, in the axis' unit.
        public var translation: [Double]
        /// What the file says of its place instead, where that is more than scale and translation, such as a rotation;
        /// scale and translation are guesses then. Empty as a rule.
        public var unapplied: [CoordinateTransformation]

        /// A level.
        public init(
            path: String, scale: [Double], translation: [Double], unapplied: [CoordinateTransformation] = []
        ) {
            self.path = path
            self.scale = scale
            self.translation = translation
            self.unapplied = unapplied
        }
    }

    /// How the coarser levels came to be.
    public struct Downsampling: Sendable, Hashable {
        /// The kind of reduction: "mean", "mode" or "nearest" in files we write.
        public var type: String
        /// The program that did it.
        public var method: String?
        /// The program's version.
        public var version: String?
        /// How means were rounded, such as "half to even"; nil where nothing was.
        public var rounding: String?

        /// A note; everything unknown is nil.
        public init(type: String, method: String? = nil, version: String? = nil, rounding: String? = nil) {
            self.type = type
            self.method = method
            self.version = version
            self.rounding = rounding
        }
    }

    /// The image's name; nil where it has none.
    public var name: String?
    /// Time, channel, then space. The spacing is level 0's scale.
    public var axes: [Axis]
    /// Finest first; at least one.
    public var datasets: [Dataset]
    /// One for each element of the channel axis; empty for labels.
    public var channels: [Channel]
    /// True where three channels are the red, green and blue of a photograph.
    public var isRGB: Bool
    /// True where values name objects.
    public var isLabels: Bool
    /// What labels say of their values.
    public var labelDetails = LabelDetails()
    /// How the coarser levels came to be; nil where that is unknown.
    public var downsampling: Downsampling?
    /// The plane a viewer shows at first.
    public var defaultZ, defaultT: Int
    /// Type of the pixels; where a channel has no window, it says what values there can be.
    public var type: PixelType
    /// The coordinate systems of an image of 0.6, as read; not written.
    public var coordinateSystems: [CoordinateSystem] = []
    /// What an image says of its place beyond its levels' scales and translations, as read; not written: in 0.6 how its
    /// coordinate systems lie to each other.
    public var transformations: [CoordinateTransformation] = []
    /// What was guessed or left out when the metadata were read, a sentence each.
    public var warnings: [String] = []

    /// The metadata of an image that is going to be written.
    ///
    /// - Parameters:
    ///   - description: what the image is; every level becomes a dataset.
    ///   - paths: where each level goes, relative to the group; "0", "1", … where nil.
    ///   - downsampling: how the coarser levels are made.
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where there is not one path for each level.
    public init(_ description: ImageDescription, paths: [String]? = nil, downsampling: Downsampling? = nil) throws {
        let paths = paths ?? description.levels.indices.map(String.init)
        guard paths.count == description.levels.count else {
            throw OMEZarrError(
                .invalidCall, "the image has \(description.levels.count) levels, got \(paths.count) paths for them")
        }
        name = description.name
        axes = description.axes
        datasets = zip(paths, description.levels).map {
            Dataset(path: $0, scale: $1.scale, translation: $1.translation)
        }
        channels = description.isLabels ? [] : Self.complete(description.channels, description.channelCount)
        isRGB = description.isRGB && channels.count == 3
        isLabels = description.isLabels
        labelDetails = description.labelDetails
        self.downsampling = downsampling
        defaultZ = description.axis("z").map { description.shape[$0] / 2 } ?? 0
        defaultT = 0
        type = description.type
    }

    init(
        name: String?, axes: [Axis], datasets: [Dataset], channels: [Channel], isRGB: Bool, isLabels: Bool,
        downsampling: Downsampling?, defaultZ: Int, defaultT: Int, type: PixelType
    ) {
        self.name = name
        self.axes = axes
        self.datasets = datasets
        self.channels = channels
        self.isRGB = isRGB
        self.isLabels = isLabels
        self.downsampling = downsampling
        self.defaultZ = defaultZ
        self.defaultT = defaultT
        self.type = type
    }

    /// More channels than any instrument has; each is described, so a claim must not cost memory without end.
    static let largestChannelCount = 65_536

    /// As many channels as there are: surplus ones go, missing ones are unknown.
    static func complete(_ channels: [Channel], _ count: Int) -> [Channel] {
        (0..<count).map { channels.indices.contains($0) ? channels[$0] : Channel() }
    }
}
