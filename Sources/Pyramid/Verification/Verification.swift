import OMEZarr
import Synchronization
public import Zarr

/// Whether a hierarchy still holds what was written into it.
///
/// Three questions, each of which can be asked alone: is every object as the manifest has it, do levels follow from the
/// full resolution, does everything decode.
public struct Verification: Sendable {
    /// More names in groups than this are not looked at.
    static let nodeLimit = 1 << 20
    /// Objects that are decoded before others are looked for: an array may have any number of them.
    private static let batch = 1 << 12

    private let store: any ReadableStore
    private let root: StoreKey
    private let threads: Int
    private let memory: Int
    private let progress: ConversionProgress

    /// - Parameters:
    ///   - root: the group or array that is checked, with all that lies below it.
    ///   - threads: that work at once.
    ///   - memory: bytes that decoding may take; of chunks that are larger one is decoded at a time.
    ///   - progress: counts the bytes that were looked at, and may ask to stop.
    public init(
        _ store: any ReadableStore, _ root: StoreKey = .root, threads: Int, memory: Int = MemoryPlan.defaultLimit,
        progress: ConversionProgress = ConversionProgress()
    ) {
        self.store = store
        self.root = root
        self.threads = max(threads, 1)
        self.memory = memory
        self.progress = progress
    }

    // MARK: The manifest

    /// Reads every object of the manifest, and looks for objects that it does not have.
    ///
    /// - Throws: ``ZarrError`` where the machine fails, ``PyramidError`` where it was stopped.
    public func checkObjects(_ manifest: ManifestContents, _ found: Discrepancies) throws {
        progress.willRead(manifest.reduce(0) { $0.saturatingAdding($1.stamp?.size ?? 0) })
        try WorkerPool(threads: threads).run(manifest.count) { task, _ in
            try checkStop()
            let entry = manifest[task], key = try root.appending(entry.key.path)
            guard entry.kind == .object, !manifest.isChanging(entry.key) else { return }
            let stamp = try store.stamp(of: key)
            progress.didRead(stamp?.size ?? 0)
            if let message = Self.difference(stamp, entry.stamp) { found.note(key, message) }
        }
        try visitNodes { key, node in
            for name in NodeDocuments.names where try store.size(key.appending(name)) != nil {
                try noteIfUnknown(key.appending(name), manifest, found)
            }
            guard case .success(let node) = node, node.kind == .array, let array = try? ZarrArray.open(store, key)
            else {
                return
            }
            let stored = try array.storedChunks(limit: .max) { _, chunk, _ in
                try noteIfUnknown(chunk, manifest, found)
            }
            for stray in stored.strays { try noteIfUnknown(stray, manifest, found) }
        }
    }

    private static func difference(_ stamp: ObjectStamp?, _ expected: ObjectStamp?) -> String? {
        switch (stamp, expected) {
        case (nil, nil): nil
        case (nil, let expected?): "is missing: it had \(expected.size) bytes"
        case (let stamp?, nil): "should not be there: nothing was stored, it has \(stamp.size) bytes"
        case (let stamp?, let expected?) where stamp.size != expected.size:
            "has \(stamp.size) bytes, and had \(expected.size)"
        case (let stamp?, let expected?):
            stamp == expected ? nil : "has changed: its checksum is not that of the manifest"
        }
    }

    private func noteIfUnknown(_ key: StoreKey, _ manifest: ManifestContents, _ found: Discrepancies) throws {
        let relative = try StoreKey(root == .root ? key.path : String(key.path.dropFirst(root.path.count + 1)))
        if manifest.entry(relative) == nil && !manifest.isChanging(relative) {
            found.note(key, "should not be there: nothing wrote it")
        }
    }

    // MARK: The levels

    /// Makes the levels of every image anew from the full resolution, and compares. Images in which something was found
    /// before, and those of which nothing says how their levels were made, are left out.
    ///
    /// - Parameters:
    ///   - options: how the images were converted; chunks, shards, codecs and methods do not matter.
    ///   - others: arrays that were compared in another way, whose images are left out.
    /// - Returns: the arrays all of which was decoded.
    public func checkLevels(
        options: PyramidOptions, except others: Set<StoreKey> = [], _ found: Discrepancies
    ) throws -> Set<StoreKey> {
        let comparing = ComparingStore(store, found, skipsLevelZero: true)
        var planned: [(key: StoreKey, image: OMEZarrImage, plan: PyramidPlan)] = []
        for key in try imageKeys(found) where !found.concernsAnything(below: key) {
            try checkStop()
            guard let image = try? OMEZarrImage.open(store, key),
                !image.levels.contains(where: { others.contains($0.key) }),
                let plan = try plan(image, options)
            else { continue }
            planned.append((key, image, plan))
            progress.willRead(plan.pixelBytes(level: 0))
        }
        for (key, image, plan) in planned {
            let conversion = Conversion(
                image, plan, into: comparing, at: key, generator: Generator(name: "ome-zarr", version: ""))
            _ = try conversion.run(progress: progress)
        }
        return comparing.comparedArrays
    }

    /// The images and their labels; what cannot be opened is a finding.
    private func imageKeys(_ found: Discrepancies) throws -> [StoreKey] {
        guard let kind = try? ImageKind.identify(store, root).kind, kind != .array, kind != .group else { return [] }
        let images = try OMEZarrImage.imageKeys(store, root) {
            found.note(root, "holds a part that cannot be read: \($0)")
        }
        return images.flatMap { key -> [StoreKey] in
            do {
                let image = try OMEZarrImage.open(store, key), labels = try key.appending("labels")
                return [key] + (try image.labelPaths().map { try labels.appending(trimmed: $0) })
            } catch {
                found.note(key, "cannot be opened: \(error)")
                return []
            }
        }
    }

    /// The plan by which the levels were made; nil where nothing says so, or another program did.
    ///
    /// - Throws: ``PyramidError`` where the memory allowed is not enough.
    private func plan(_ image: OMEZarrImage, _ options: PyramidOptions) throws -> PyramidPlan? {
        guard let made = image.metadata.downsampling, made.method == "ome-zarr",
            let method = DownsampleMethod(rawValue: made.type)
        else { return nil }
        var options = options
        // The chunks are those that are stored, so that what comparing them takes is part of the plan.
        let chunks = image.levels.map(\.metadata.innerChunkShape)
        let largest = chunks.max { $0.saturatingProduct() < $1.saturatingProduct() }
        (options.method, options.chunkShape, options.sharding) = (method, largest, .none)
        options.levelCount = image.levels.count
        if let plan = try self.plan(image, checked: options) { return plan }
        // A part of an image, and labels, have the levels of another image, by which they were planned.
        guard let steps = try? LevelGeometry.steps(of: image.description) else { return nil }
        (options.factors, options.steps) = ([], steps)
        return try plan(image, checked: options)
    }

    /// A plan whose levels are those of the image; nil where they are others.
    private func plan(_ image: OMEZarrImage, checked options: PyramidOptions) throws -> PyramidPlan? {
        let plan: PyramidPlan
        do {
            plan = try PyramidPlan(of: image, options)
        } catch let error as PyramidError where error.code != .needsMoreMemory {
            return nil
        }
        let paths = image.levels.map(\.key)
        let isOurs =
            plan.levels.count == image.levels.count
            && plan.levels.indices.allSatisfy { level in
                plan.levels[level].shape == image.levels[level].metadata.shape
                    && paths[level] == (try? image.key.appending(String(level)))
            }
        return isOurs ? plan : nil
    }

    // MARK: Decoding

    /// Decodes every chunk of every array.
    ///
    /// - Parameter others: arrays that were decoded in another way.
    public func checkDecoding(except others: Set<StoreKey> = [], _ found: Discrepancies) throws {
        var arrays: [ZarrArray] = []
        try visitNodes { key, node in
            switch node {
            case .failure(let error): found.note(key, "cannot be read: \(error)")
            case .success(let node) where node.kind == .array && !others.contains(key):
                do {
                    arrays.append(try ZarrArray.open(store, key))
                } catch let error as ZarrError where error.code != .ioFailure {
                    found.note(key, "cannot be opened: \(error)")
                }
            case .success: break
            }
        }
        for array in arrays { progress.willRead(Self.bytes(array)) }
        for array in arrays {
            let before = progress.pixelBytesDone
            try decode(array, found)
            // What is not stored need not be decoded.
            progress.didRead(max(Self.bytes(array) - (progress.pixelBytesDone - before), 0))
        }
    }

    private static func bytes(_ array: ZarrArray) -> Int {
        array.metadata.shape.saturatingProduct(times: array.metadata.type.size)
    }

    private func decode(_ array: ZarrArray, _ found: Discrepancies) throws {
        // A chunk as stored, as decoded and as the piece that is looked at.
        let chunkBytes = array.metadata.innerChunkShape.saturatingProduct(times: 3 * array.metadata.type.size)
        let pool = WorkerPool(threads: max(1, min(threads, memory / max(chunkBytes, 1))))
        // Safety: each worker has a reader of its own.
        nonisolated(unsafe) let readers = try (0..<pool.size).map { _ in try array.makeReader() }
        var objects: [(index: [Int], key: StoreKey)] = []
        func decodeAll() throws {
            let stored = objects
            try pool.run(stored.count) { task, worker in try decode(stored[task], array, readers[worker], found) }
            objects.removeAll(keepingCapacity: true)
        }
        _ = try array.storedChunks(limit: .max) { index, key, _ in
            objects.append((index, key))
            if objects.count >= Self.batch { try decodeAll() }
        }
        try decodeAll()
    }

    private func decode(
        _ object: (index: [Int], key: StoreKey), _ array: ZarrArray, _ reader: ZarrArrayReader, _ found: Discrepancies
    ) throws {
        let metadata = array.metadata
        guard !found.concerns(object.key),
            let region = metadata.region(ofChunk: object.index).intersection(Region(wholeOf: metadata.shape))
        else { return }
        for part in region.chunks(of: metadata.innerChunkShape) {
            try checkStop()
            do {
                let piece = Region(
                    origin: zip(region.origin, part.inRegion.origin).map { $0 + $1 }, shape: part.inRegion.shape)
                progress.didRead(try reader.read(piece).bytes.count)
            } catch let error as ZarrError where error.code != .ioFailure {
                return found.note(object.key, "cannot be decoded: \(error)")
            }
        }
    }

    // MARK: Walking

    private func visitNodes(_ body: (StoreKey, HierarchyWalk.Visited) throws -> Void) throws {
        _ = try HierarchyWalk.visit(store, root, limit: Self.nodeLimit) { key, _, node in
            try checkStop()
            try body(key, node)
        }
    }

    private func checkStop() throws {
        if progress.isCancelled { throw PyramidError(.cancelled, "the check was stopped") }
    }
}
