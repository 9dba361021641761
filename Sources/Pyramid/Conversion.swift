public import OMEZarr
public import Zarr

/// One image on its way into a store.
///
/// Into a ``RecordedStore`` it goes on where it was interrupted; with a ``ComparingStore`` it is compared with what lies
/// there.
public struct Conversion: Sendable {
    /// What came out.
    public struct Result: Sendable {
        /// The image as it was written: levels, channels with their contrast windows.
        public let image: ImageDescription
        /// Bytes of the stored objects, those that were complete before included, metadata not counted.
        public let bytesWritten: Int
    }

    private let source: any ImageSource
    private let plan: PyramidPlan
    private let store: any WritableStore
    private let key: StoreKey
    private let generator: Generator
    private let attributes: JSONObject

    /// - Parameters:
    ///   - key: the group the image becomes; the root of the store where it is the only image.
    ///   - generator: the program, named in the metadata.
    ///   - attributes: what the group says besides, under names that are none of OME-Zarr's.
    public init(
        _ source: any ImageSource, _ plan: PyramidPlan, into store: any WritableStore, at key: StoreKey = .root,
        generator: Generator, attributes: JSONObject = [:]
    ) {
        self.source = source
        self.plan = plan
        self.store = store
        self.key = key
        self.generator = generator
        self.attributes = attributes
    }

    /// Writes all levels, then the metadata that makes them an image: what was interrupted never looks finished.
    ///
    /// - Throws: errors of the source, the store and the codecs as they are; ``PyramidError`` where it was stopped.
    public func run(progress: ConversionProgress = ConversionProgress()) throws -> Result {
        let levels = try destination()
        let units =
            (store as? RecordedStore)?.units(key, plan)
            ?? UnitLedger(key, plan.image, journal: nil, level: plan.memory.unitLevel)
        try Cascade(plan: plan, source: source, destination: levels, units: units, progress: progress).run()
        let statistics = units.result
        let image = plan.written(statistics)
        let downsampling = ImageMetadata.Downsampling(
            type: plan.method.rawValue, method: generator.name, version: generator.version,
            rounding: plan.method == .mean && image.type.isInteger ? "half to even" : nil)
        var attributes = try ImageMetadata(image, downsampling: downsampling).attributes(plan.version)
        for (name, value) in self.attributes where attributes[name] == nil { attributes[name] = value }
        if let provenance = source.provenance { attributes["ome-zarr"] = ["source": provenance] }
        _ = try ZarrGroup.create(store, key, format: plan.version.zarrFormat, attributes: attributes)
        return Result(image: image, bytesWritten: levels.storedBytes)
    }

    /// The levels in the store, their documents written; or beside what lies there, where that is to be compared.
    private func destination() throws -> any BrickDestination {
        if let comparing = store as? ComparingStore { return try comparing.levels(key, plan) }
        let recorded = store as? RecordedStore
        let sinks = try plan.levels.indices.map { level in
            let metadata = try plan.arrayMetadata(level: level)
            let array = try ZarrArray.create(store, key.appending(String(level)), metadata)
            let ledger = try recorded?.ledger(array.key, metadata) ?? ArrayLedger(array.key, metadata, journal: nil)
            // What the ledger knows need not be remembered once more.
            return try LevelSink(
                array, level: level, store: recorded?.base ?? store, order: VisitOrder(plan.grid), ledger: ledger)
        }
        return StoredLevels(plan: plan, sinks: sinks)
    }
}

/// The program that writes, as the metadata names it.
public struct Generator: Sendable, Hashable {
    /// The program's name.
    public var name: String
    /// The program's version.
    public var version: String

    /// A program.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

extension PyramidPlan {
    /// The image as it will be written, its windows taken from what was seen of the pixels.
    func written(_ statistics: [ChannelStatistics]) -> ImageDescription {
        var written = image
        written.levels = levels.map {
            ImageDescription.Level(shape: $0.shape, scale: $0.scale, translation: $0.translation)
        }
        guard !written.isLabels else { return written }
        written.channels = statistics.indices.map { index in
            var channel = index < image.channels.count ? image.channels[index] : Channel()
            channel.window = window(statistics[index], given: channel.window)
            return channel
        }
        return written
    }

    /// What the source says should be shown wins over the percentiles; a photograph is shown as it is.
    private func window(_ statistics: ChannelStatistics, given: Channel.Window?) -> Channel.Window {
        if image.isRGB && image.type == .uint8 { return Channel.Window(min: 0, max: 255, start: 0, end: 255) }
        guard let given, given.start < given.end else { return statistics.window }
        return Channel.Window(
            min: min(statistics.min, given.start), max: max(statistics.max, given.end), start: given.start,
            end: given.end)
    }
}
