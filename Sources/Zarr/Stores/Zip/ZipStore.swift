import Synchronization

/// The objects of a ZIP archive, read where they lie: the archive is never unpacked.
///
/// Entries may be stored or compressed with deflate or Zstandard. Parts of a stored entry are read directly; of a
/// compressed one all is decoded first, and the last few are remembered. The CRC-32 is checked whenever an entry is
/// read whole or decoded, also as one range; parts of stored entries have no checksum.
///
/// - Names: "\" counts as "/"; without a mark for UTF-8 they are in code page 437; of two equal ones the last counts.
///   Folders are no objects. An archive with a name that could lead out of it is refused.
/// - Source: PKWARE APPNOTE.TXT 6.3.10, with ZIP64 and Unicode paths; without encryption and parts.
public final class ZipStore: ReadableStore {
    /// The path, or what the bytes were called.
    public let name: String
    /// The objects in the order of the archive's directory; replaced ones too.
    public let entries: [ZipEntry]
    /// The archive's comment; empty where there is none.
    public let comment: [UInt8]
    /// True where the end of the archive is in the ZIP64 format.
    public let isZip64: Bool

    private let file: any RandomAccessBytes
    private let index: ZipIndex
    /// Where the bytes of entries end at the latest.
    private let dataEnd: Int
    // Large enough for a compressed shard of the usual size, so that its chunks do not decode it again and again.
    private let decoded = Mutex(CostCache<StoreKey, [UInt8]>(capacity: 128 << 20, largest: 128 << 20))

    /// Opens an archive. Costs a read of its directory, and about 150 bytes of memory for each entry.
    ///
    /// - Throws: ``ZarrError`` with code `.notFound` where there is no such file, `.corrupt` where it is no ZIP archive
    ///   or its directory is damaged, `.unsupported` where it is one part of several, `.ioFailure` where the machine
    ///   refuses.
    public convenience init(path: String) throws {
        try self.init(FileBytes(path: path))
    }

    /// Opens an archive that lies in memory.
    ///
    /// - Throws: as ``init(path:)``.
    public convenience init(bytes: [UInt8], name: String = "the archive in memory") throws {
        try self.init(MemoryBytes(name: name, bytes: bytes))
    }

    private init(_ file: some RandomAccessBytes) throws {
        do {
            let directory = try ZipDirectory(of: file)
            entries = directory.entries
            comment = directory.end.comment
            isZip64 = directory.end.isZip64
            dataEnd = directory.end.directory.lowerBound
        } catch let error as ZarrError {
            throw ZarrError(
                error.code, "cannot read \(file.name) as a ZIP archive: \(error.message)", key: error.key,
                errno: error.errno, cause: error.cause)
        }
        index = ZipIndex(entries)
        self.file = file
        name = file.name
    }

    /// The whole object; nil where there is none.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the entry is damaged or its CRC-32 differs, `.unsupported`
    ///   where it is encrypted or compressed in another way, `.limitExceeded` where it takes too much memory,
    ///   `.ioFailure` where the machine fails.
    public func read(_ key: StoreKey) throws -> [UInt8]? {
        try withEntry(key) { entry in
            let content = try ZipContent(entry, in: file, before: dataEnd)
            return try decoded.withLock { $0.find(key) } ?? content.read()
        }
    }

    /// Parts of an object; nil where there is none.
    ///
    /// - Throws: as ``read(_:)``.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        try withEntry(key) { entry in
            let ranges = try ranges.map { try $0.resolved(in: entry.size) }
            let content = try ZipContent(entry, in: file, before: dataEnd)
            if entry.method == .stored { return try ranges.map { try content.read($0) } }
            if ranges == [0..<entry.size] { return [try content.read()] }
            if let known = decoded.withLock({ $0.find(key) }) { return ranges.map { Array(known[$0]) } }
            let bytes = try content.read()
            decoded.withLock { $0.insert(key, bytes, bytes: bytes.count) }
            return ranges.map { Array(bytes[$0]) }
        }
    }

    /// Parts of an object, to where the caller wants them; false where there is none. All sizes are told before anything
    /// is decoded, so that an entry of an unreasonable size can be refused.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        guard let size = index[key]?.size else { return false }
        let targets = try ranges.enumerated().map { number, range in
            let count = try ZarrError.locating(key, "cannot read \(key) of \(name)") {
                try range.resolved(in: size).count
            }
            return UnsafeMutableRawBufferPointer(start: try place(number, count), count: count)
        }
        guard let parts = try read(key, ranges) else { return false }
        for (target, part) in zip(targets, parts) { target.copyBytes(from: part) }
        return true
    }

    /// The object's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? { index[key]?.size }

    /// The names directly below a key; sorted.
    public func list(_ key: StoreKey) throws -> [String] { index.names(directlyBelow: key) }

    private func withEntry<Result>(_ key: StoreKey, _ body: (ZipEntry) throws -> Result) throws -> Result? {
        guard let entry = index[key] else { return nil }
        return try ZarrError.locating(key, "cannot read \(key) of \(name)") { try body(entry) }
    }
}
