import Synchronization
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Blocks that were dear to make, as files of a folder, for later and for the next start: up to a sum of bytes, of which
/// those not used for longest are removed.
///
/// A file says whose block it is, and has a checksum; what is damaged or of somebody else counts as not there. When the
/// disk is full or refuses, the folder is left alone from then on, which is said once: nothing depends on it.
public final class BlockFolder: Sendable {
    private struct Entry {
        var bytes: Int
        var lastUse: Int
    }

    private struct State {
        var entries = [String: Entry]()
        var bytes = 0
        var hits = 0
        var isUsable = true
    }

    private let store: DirectoryStore
    private let capacity: Int
    private let complain: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// In front of each file, before the digest of its block: counted up whenever files become others.
    private static let mark = "ome-zarr block 1 "
    private static let ending = ".block"
    private static let digits = 32

    /// Opens a folder, which is made where there is none.
    ///
    /// - Parameters:
    ///   - path: of the folder; files of other names in it are left alone.
    ///   - capacity: bytes of all files together.
    ///   - complain: told once, where the folder cannot be used any more.
    /// - Throws: ``ZarrError`` where it cannot be made or read.
    public init(path: String, capacity: Int, complain: @escaping @Sendable (String) -> Void) throws {
        store = try DirectoryStore(path: path, create: true)
        self.capacity = capacity
        self.complain = complain
        var found = State()
        for name in try store.list(.root) where Self.isBlock(name) {
            var info = stat()
            guard lstat(path + "/" + name, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { continue }
            #if canImport(Glibc)
                let time = info.st_mtim
            #else
                let time = info.st_mtimespec
            #endif
            found.entries[name] = Entry(bytes: Int(info.st_size), lastUse: time.tv_sec * 1_000_000_000 + time.tv_nsec)
            found.bytes += Int(info.st_size)
        }
        state = Mutex(found)
        removeOldest()
    }

    /// Blocks that were there, and the bytes of all files.
    public var counters: (hits: Int, bytes: Int) { state.withLock { ($0.hits, $0.bytes) } }

    /// A block that was kept; nil where there is none, or it is damaged.
    ///
    /// - Parameter block: what no other block has: the version of the file, the image, the level, the place.
    func find(_ block: String, shape: [Int], type: DataType) -> PixelBuffer? {
        let (name, head) = Self.name(block)
        guard state.withLock({ $0.isUsable && $0.entries[name] != nil }) else { return nil }
        var pixels = PixelBuffer(shape: shape, type: type)
        do {
            guard let file = try store.read(StoreKey(name)), file.starts(with: head) else {
                forget(name)
                return nil
            }
            let codec = try Self.codec(shape, type)
            try file.withUnsafeBytes { encoded in
                try pixels.bytes.withUnsafeMutableBytes {
                    try codec.decode(
                        UnsafeRawBufferPointer(rebasing: encoded[head.count...]), into: $0, CodecWorkspace())
                }
            }
        } catch {
            forget(name)
            return nil
        }
        state.withLock {
            $0.hits += 1
            $0.entries[name]?.lastUse = Self.now
        }
        // For the next start. Whether it works does not matter.
        utimensat(AT_FDCWD, store.path + "/" + name, nil, 0)
        return pixels
    }

    /// Keeps a block, where there is room.
    func keep(_ block: String, _ pixels: PixelBuffer) {
        let (name, head) = Self.name(block)
        guard state.withLock({ $0.isUsable }) else { return }
        let encoded = ByteBlock()
        do {
            try pixels.bytes.withUnsafeBytes {
                try Self.codec(pixels.shape, pixels.type).encode($0, into: encoded, CodecWorkspace())
            }
            let file = head + encoded.bytes
            guard file.count <= capacity / 4 else { return }
            try file.withUnsafeBytes { try store.write(StoreKey(name), $0) }
            state.withLock { state in
                state.bytes += file.count - (state.entries[name]?.bytes ?? 0)
                state.entries[name] = Entry(bytes: file.count, lastUse: Self.now)
            }
            removeOldest()
        } catch {
            let isFirst = state.withLock { state in
                defer { state.isUsable = false }
                return state.isUsable
            }
            if isFirst { complain("the cache folder is not used any more: \(error)") }
        }
    }

    /// Makes room: a quarter at once, so that looking for the oldest costs little for each block.
    private func removeOldest() {
        let old = state.withLock { state -> [String] in
            guard state.bytes > capacity else { return [] }
            var names = [String]()
            for (name, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
                if state.bytes <= capacity / 4 * 3 { break }
                state.entries[name] = nil
                state.bytes -= entry.bytes
                names.append(name)
            }
            return names
        }
        for name in old { unlink(store.path + "/" + name) }
    }

    private func forget(_ name: String) {
        state.withLock { state in
            state.bytes -= state.entries.removeValue(forKey: name)?.bytes ?? 0
        }
        unlink(store.path + "/" + name)
    }

    private static func codec(_ shape: [Int], _ type: DataType) throws -> CodecPipeline {
        try CodecPipeline(
            [.bytes(type), .zstd(level: 1, checksum: true)], chunkShape: shape, type: type, fillValue: .zero(type))
    }

    private static func name(_ block: String) -> (file: String, head: [UInt8]) {
        var digest = Fingerprint()
        digest.add(block)
        let text = digest.hexadecimal
        return (text + ending, Array("\(mark)\(text)\n".utf8))
    }

    private static func isBlock(_ name: String) -> Bool {
        name.utf8.count == digits + ending.utf8.count && name.hasSuffix(ending)
            && name.utf8.prefix(digits).allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
