public import OMEZarr
public import Zarr

/// Coarser levels for an image that has none, or too few: written beside those it has, in the same chunks and codecs, and
/// listed last, in one step. Until then the image is what it was.
public struct LevelExtension: Sendable {
    /// What the levels are; those that are there already are planned, too, and not written.
    public let plan: PyramidPlan
    /// Where each added level goes, relative to the image's group.
    public let paths: [String]

    private let image: OMEZarrImage
    private let store: any WritableStore

    /// Plans the levels.
    ///
    /// - Parameter options: of which version, chunks, shards and codecs are those of level 0.
    /// - Throws: ``PyramidError`` where the image cannot be added to, or a level it has is not what it would be.
    public init(of image: OMEZarrImage, _ options: PyramidOptions) throws {
        guard let store = image.store as? any WritableStore else {
            throw PyramidError(
                .unsupportedImage,
                "\(image.store.name) cannot be written to: copy it to a folder by 'ome-zarr copy' first")
        }
        guard let text = image.version, let version = OMEZarrVersion(rawValue: text) else {
            throw PyramidError(
                .unsupportedImage,
                "levels are added to images of OME-Zarr 0.4 and 0.5, this one is of \(image.version ?? "no version"): "
                    + "'ome-zarr copy' with --ome-version makes one of it")
        }
        var options = options
        options.version = version
        options = options.keeping(
            Set(StoragePart.allCases), of: image.levels[0].metadata, axes: Array(image.description.axes.indices))
        let plan = try PyramidPlan(of: image, options)
        for (number, level) in image.levels.enumerated()
        where number < plan.levels.count && level.metadata.shape != plan.levels[number].shape {
            throw PyramidError(
                .unsupportedImage,
                "level \(number) of the image has the shape \(level.metadata.shape), where \(plan.levels[number].shape) "
                    + "would be made: 'ome-zarr convert' makes all levels anew")
        }
        self.image = image
        self.store = store
        self.plan = plan
        let known = image.metadata.datasets.map(\.path)
        paths = (min(known.count, plan.levels.count)..<plan.levels.count).map { Self.path($0, like: known[0]) }
    }

    /// The keys of the arrays to write that exist already, though the image does not list them: what an interrupted run
    /// left, or something else.
    public func obstacles() throws -> [StoreKey] {
        try keys().filter { try ZarrNode.read(store, $0) != nil }
    }

    /// Makes the levels and lists them.
    ///
    /// - Parameter replacing: removes the arrays that are in the way.
    /// - Throws: errors of the store and the codecs as they are; ``PyramidError`` where it was stopped. What was written
    ///   is removed then.
    public func run(replacing: Bool = false, progress: ConversionProgress = ConversionProgress()) throws {
        guard !paths.isEmpty else { return }
        let keys = try keys(), obstacles = try obstacles()
        if !replacing, let first = obstacles.first {
            throw PyramidError(
                .unsupportedImage,
                "there is something at \(first) that the image does not list; --overwrite replaces it")
        }
        do {
            for key in obstacles { try store.remove(key) }
            let levels = try StoredLevels(plan: plan, sinks: sinks(keys))
            try Cascade(
                plan: plan, source: image, destination: levels, units: .allSeen(image.key, plan.image),
                progress: progress
            ).run()
            try list()
        } catch {
            for key in keys { try? store.remove(key) }
            throw error
        }
    }

    private func keys() throws -> [StoreKey] { try paths.map { try image.key.appending($0) } }

    private func sinks(_ keys: [StoreKey]) throws -> [LevelSink] {
        let existing = plan.levels.count - keys.count
        return try plan.levels.indices.map { level in
            // What is there already is complete, and is where the levels above it come from.
            guard level >= existing else {
                let array = image.levels[level]
                return try LevelSink(
                    array, level: level, store: store, order: VisitOrder(plan.grid),
                    ledger: ArrayLedger(existing: array))
            }
            var metadata = try plan.arrayMetadata(level: level)
            metadata.keyEncoding = image.levels[0].metadata.keyEncoding
            let array = try ZarrArray.create(store, keys[level - existing], metadata)
            return try LevelSink(
                array, level: level, store: store, order: VisitOrder(plan.grid),
                ledger: ArrayLedger(array.key, metadata, journal: nil))
        }
    }

    /// Replaces the one document that lists the levels. Summaries of it, which are stale now, are removed.
    private func list() throws {
        let existing = plan.levels.count - paths.count
        let levels = paths.enumerated().map { number, path in
            let factors = plan.geometry.cumulativeFactors(level: existing + number).map(Double.init)
            return AddedLevel(
                path: path, factors: factors, offset: factors.map { plan.method.centersPixels ? ($0 - 1) / 2 : 0 })
        }
        let attributes = try OMEAttributes.attributes(image.attributes, adding: levels, type: plan.method.rawValue)
        switch plan.version {
        case .v05:
            let key = try image.key.appending("zarr.json")
            var document = try MetadataDocument.read(store, key) ?? [:]
            document["attributes"] = attributes
            document["consolidated_metadata"] = nil
            try store.write(key, document.serialized(pretty: true))
        case .v04:
            try store.write(image.key.appending(".zattrs"), attributes.serialized(pretty: true))
            try store.remove(image.key.appending(".zmetadata"))
        }
    }

    /// `1` beside `0`, `s1` beside `s0`, `scale1/image` is no such name.
    private static func path(_ level: Int, like first: String) -> String {
        guard first.last == "0" else { return String(level) }
        return first.dropLast() + String(level)
    }
}
