public import OMEZarr
public import Zarr

/// Coarser levels for an image that has none, or too few: written beside those it has, in the same chunks and codecs, and
/// listed last, in one step. Until then the image is what it was.
///
/// They are made as the image says those it has were, and lie where the last of them and the step from there put them.
public struct LevelExtension: Sendable {
    /// What the levels are; those that are there already are planned, too, and not written.
    public let plan: PyramidPlan
    /// Where each added level goes, relative to the image's group.
    public let paths: [String]

    private let image: OMEZarrImage
    private let store: any WritableStore

    /// Plans the levels.
    ///
    /// - Parameter options: of which version, chunks, shards and codecs are those of level 0; without a method that of the
    ///   image, and without factors those of its levels where they are not what the plan would choose.
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
        options.method = try Self.method(options.method, of: image)
        let plan = try Self.plan(of: image, options)
        if let number = Self.mismatch(plan, image) {
            let level = image.levels[number]
            throw PyramidError(
                .unsupportedImage,
                "level \(number) of the image has the shape \(level.metadata.shape), where \(plan.levels[number].shape) "
                    + "would be made: 'ome-zarr pyramid' with an output to write makes all levels anew")
        }
        self.image = image
        self.store = store
        self.plan = plan
        let known = image.metadata.datasets.map(\.path)
        paths = (min(known.count, plan.levels.count)..<plan.levels.count).map { Self.path($0, like: known[0]) }
    }

    /// How the levels are made: as those there are, if the image says so and says a way we know.
    private static func method(_ asked: DownsampleMethod?, of image: OMEZarrImage) throws -> DownsampleMethod? {
        guard let recorded = (image.metadata.downsampling?.type).flatMap(DownsampleMethod.init) else { return asked }
        guard let asked, asked != recorded else { return recorded }
        // Of a single level nothing was made in any way.
        guard image.levels.count == 1 else {
            throw PyramidError(
                .invalidOption,
                "the levels of the image at \(image.key) were made by \(recorded.rawValue), as its metadata say, and cannot "
                    + "go on by \(asked.rawValue): leave --downsample out, or name an output, where 'ome-zarr pyramid' makes "
                    + "all levels anew")
        }
        return asked
    }

    /// The levels by the options, or by the factors the image has where those are others and none were asked for.
    private static func plan(of image: OMEZarrImage, _ options: PyramidOptions) throws -> PyramidPlan {
        let plan = try PyramidPlan(of: image, options)
        guard mismatch(plan, image) != nil, options.factors.isEmpty, options.steps == nil,
            let steps = try? LevelGeometry.steps(of: image.description)
        else { return plan }
        var options = options
        options.factors = Array(steps.dropFirst())
        do {
            return try PyramidPlan(of: image, options)
        } catch let error as PyramidError where error.code == .invalidOption {
            // Factors nobody asked for are no mistake of the caller's: what differs is said instead.
            return plan
        }
    }

    /// The first level whose shape is not the planned one.
    private static func mismatch(_ plan: PyramidPlan, _ image: OMEZarrImage) -> Int? {
        zip(plan.levels, image.levels).enumerated().first { $1.0.shape != $1.1.metadata.shape }?.offset
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
        let last = plan.geometry.cumulativeFactors(level: existing - 1)
        let levels = paths.enumerated().map { number, path in
            let all = plan.geometry.cumulativeFactors(level: existing + number)
            let factors = zip(all, last).map { Double($0 / $1) }
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
