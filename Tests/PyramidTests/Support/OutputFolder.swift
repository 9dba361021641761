import OMEZarr
import Pyramid
import Synchronization
import Zarr

/// A folder that conversions are written into, removed with its last owner.
final class OutputFolder: Sendable {
    let store: DirectoryStore
    private let folder: TemporaryFolder

    var path: String { folder.path }

    init() throws {
        folder = try TemporaryFolder()
        store = try DirectoryStore(path: folder.path, create: false)
    }

    /// Every object's bytes.
    func contents() throws -> [String: [UInt8]] { try Self.contents(store, .root) }

    private static func contents(_ store: any ReadableStore, _ key: StoreKey) throws -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for name in try store.list(key) {
            let below = try key.appending(name)
            if let bytes = try store.read(below) { all[below.path] = bytes }
            all.merge(try contents(store, below)) { a, _ in a }
        }
        return all
    }
}

/// A store that fails at one of the changes made through it, as a disk does that is full, or a process that is killed.
final class FailingStore: WritableStore {
    struct Failure: Error, Equatable {}

    private let base: any WritableStore
    /// Changes that succeed.
    private let allowed: Int
    private let changes = Atomic<Int>(0)

    init(_ base: any WritableStore, after allowed: Int) {
        self.base = base
        self.allowed = allowed
    }

    /// Changes that were tried.
    var changeCount: Int { changes.load(ordering: .relaxed) }

    var name: String { base.name }
    func read(_ key: StoreKey) throws -> [UInt8]? { try base.read(key) }
    func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try base.read(key, ranges) }
    func size(_ key: StoreKey) throws -> Int? { try base.size(key) }
    func list(_ key: StoreKey) throws -> [String] { try base.list(key) }

    func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        try count()
        try base.write(key, bytes)
    }

    func begin(_ key: StoreKey) throws -> any ObjectWriter {
        try count()
        return Writer(base: try base.begin(key), store: self)
    }

    func remove(_ key: StoreKey) throws {
        try count()
        try base.remove(key)
    }

    private func count() throws {
        if changes.add(1, ordering: .relaxed).oldValue >= allowed { throw Failure() }
    }

    private final class Writer: ObjectWriter {
        private let base: any ObjectWriter
        private let store: FailingStore

        init(base: any ObjectWriter, store: FailingStore) {
            self.base = base
            self.store = store
        }

        var count: Int { base.count }
        func append(_ bytes: UnsafeRawBufferPointer) throws { try base.append(bytes) }
        func commit() throws {
            try store.count()
            try base.commit()
        }
        func abandon() { base.abandon() }
    }
}

/// A source that remembers which regions it was asked for.
final class WatchedImage: ImageSource {
    let image: MemoryImage
    private let asked = Mutex<[Region]>([])

    init(_ image: MemoryImage) { self.image = image }

    /// The regions that were read since the last call.
    func takeRegions() -> [Region] {
        asked.withLock { regions in
            defer { regions = [] }
            return regions
        }
    }

    var description: ImageDescription { image.description }
    func naturalReadShape(level: Int) -> [Int] { image.naturalReadShape(level: level) }
    func makeReader() throws -> any RegionReader { Reader(reader: try image.makeReader(), image: self) }

    private final class Reader: RegionReader {
        private let reader: any RegionReader
        private let image: WatchedImage

        init(reader: any RegionReader, image: WatchedImage) {
            self.reader = reader
            self.image = image
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            image.asked.withLock { $0.append(region) }
            try reader.read(region, level: level, into: pixels)
        }
    }
}
