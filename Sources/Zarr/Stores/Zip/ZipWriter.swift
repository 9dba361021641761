import CDeflate
import Synchronization

/// A ZIP archive being written: stored entries, always ZIP64, the metadata of Zarr v3 in front.
///
/// The archive lies under a temporary name until ``finish(comment:)``, and what was written can be read back meanwhile.
/// Many threads may write at once. Several objects may be open: each collects its bytes in memory, from 256 KiB on in a
/// file without a name beside the archive, and is appended when committed.
///
/// Readers of an archive far away want `zarr.json` documents together and first, but some are known last. They are kept
/// in memory, and when the first other object comes, room is left in front: twice what they take by then and at least
/// 64 KiB, but none where there are none yet. What remains of it pads their headers; what does not fit goes to the end,
/// and only its place in the file is not as recommended. In the directory all stand first, `zarr.json` of the root
/// before those below it, breadth-first.
///
/// Writing a key again replaces its object; the old bytes stay in the file as a gap.
///
/// - Source: RFC-9 "Zipped OME-Zarr"; APPNOTE 6.3.10.
public final class ZipWriter: WritableStore {
    private struct State {
        var entries = [StoreKey: ZipEntry]()
        var documents = [StoreKey: [UInt8]]()
        /// Every key that was ever above an object; the others have nothing below them to look for.
        var folders = Set<StoreKey>()
        /// Bytes kept free in front for the documents.
        var room = 0
        /// Where the next object goes.
        var end = 0
        var isFinished = false

        mutating func noteFolders(above key: StoreKey) {
            var folder = key.parent
            while let next = folder, folders.insert(next).inserted { folder = next.parent }
        }
    }

    // The documents of an image with some levels have 10 KiB or so.
    private static let leastRoom = 64 << 10

    /// The path of the finished archive.
    public let name: String
    private let file: UnfinishedFile
    private let state = Mutex(State())

    /// Starts an archive.
    ///
    /// - Parameter path: where it will lie when finished; a file of that name is then replaced.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the path is empty, `.ioFailure` where the machine
    ///   refuses.
    public init(path: String) throws {
        guard !path.isEmpty else { throw ZarrError(.invalidCall, "the path of the archive is empty: name a file") }
        name = path
        file = try UnfinishedFile(path: path)
    }

    deinit { abandon() }

    /// Throws away what was written. Nothing happens after ``finish(comment:)``.
    public func abandon() {
        state.withLock { state in
            if !state.isFinished { file.unlinkTemporary() }
            state.isFinished = true
        }
    }
}

// MARK: - Reading back

extension ZipWriter {
    /// The whole object; nil where there is none yet.
    public func read(_ key: StoreKey) throws -> [UInt8]? {
        switch find(key) {
        case .document(let bytes): return bytes
        case .entry(let entry): return try read(entry, 0..<entry.size)
        case nil: return nil
        }
    }

    /// Parts of an object; nil where there is none yet.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        try ZarrError.locating(key, "\(key) is too short") {
            switch find(key) {
            case .document(let bytes): return try ranges.map { Array(bytes[try $0.resolved(in: bytes.count)]) }
            case .entry(let entry): return try ranges.map { try read(entry, $0.resolved(in: entry.size)) }
            case nil: return nil
            }
        }
    }

    /// The object's size; nil where there is none yet.
    public func size(_ key: StoreKey) throws -> Int? {
        switch find(key) {
        case .document(let bytes): return bytes.count
        case .entry(let entry): return entry.size
        case nil: return nil
        }
    }

    /// The names directly below a key; sorted. Costs a look at every object.
    public func list(_ key: StoreKey) throws -> [String] {
        state.withLock { Array($0.entries.keys) + $0.documents.keys }.lazy.map(\.path).names(directlyBelow: key)
    }

    private enum Object {
        case document([UInt8])
        case entry(ZipEntry)
    }

    private func find(_ key: StoreKey) -> Object? {
        state.withLock { state in
            state.documents[key].map { .document($0) } ?? state.entries[key].map { .entry($0) }
        }
    }

    private func read(_ entry: ZipEntry, _ range: Range<Int>) throws -> [UInt8] {
        let start = entry.headerOffset + ZipHeaders.localSize(entry.key)
        return try file.read(at: start + range.lowerBound, count: range.count)
    }
}

// MARK: - Writing

extension ZipWriter {
    /// Appends an object.
    public func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        let crc32 = libdeflate_crc32(0, bytes.orEmpty, bytes.count)
        try add(key, size: bytes.count, crc32: crc32, document: { Array(bytes) }) { file, offset in
            try file.write(bytes, at: offset)
        }
    }

    /// Starts an object that is appended when committed.
    public func begin(_ key: StoreKey) throws -> any ObjectWriter { ZipObjectWriter(self, key) }

    /// Removes an object and everything below its key; the bytes stay in the file as a gap. Costs a look at every object
    /// where there is or was something below.
    public func remove(_ key: StoreKey) throws {
        try state.withLock { state in
            try check(state)
            state.entries[key] = nil
            state.documents[key] = nil
            guard state.folders.contains(key) else { return }
            state.entries = state.entries.filter { !key.isAtOrAbove($0.key.path) }
            state.documents = state.documents.filter { !key.isAtOrAbove($0.key.path) }
        }
    }

    /// Adds an object of known size and checksum.
    ///
    /// - Parameters:
    ///   - document: gives all bytes, for objects kept in memory.
    ///   - write: writes the bytes to the archive's file from an offset on; runs beside other threads.
    func add(
        _ key: StoreKey, size: Int, crc32: UInt32, document: () throws -> [UInt8],
        write: (UnfinishedFile, Int) throws -> Void
    ) throws {
        guard key != .root, key.path.utf8.count <= UInt16.max else {
            throw ZarrError(
                .invalidCall, "an object of a ZIP archive needs a key of 1 to 65535 bytes, not \(key.path.utf8.count)")
        }
        if key.name == "zarr.json" {
            let bytes = try document()
            return try state.withLock { state in
                try check(state)
                state.documents[key] = bytes
                state.noteFolders(above: key)
            }
        }
        let headerSize = ZipHeaders.localSize(key)
        let offset = try reserve(headerSize + size)
        let entry = ZipEntry(stored: key, size: size, crc32: crc32, headerOffset: offset)
        try ZipHeaders.local(entry).withUnsafeBytes { try file.write($0, at: offset) }
        try write(file, offset + headerSize)
        try state.withLock { state in
            try check(state)
            state.entries[key] = entry
            state.noteFolders(above: key)
        }
    }

    /// A file without a name that goes away with its last user.
    func makeSpool() throws -> UnfinishedFile {
        let spool = try UnfinishedFile(path: name)
        spool.unlinkTemporary()
        return spool
    }

    /// Takes the next so many bytes of the file.
    private func reserve(_ count: Int) throws -> Int {
        try state.withLock { state in
            try check(state)
            if state.end == 0 && !state.documents.isEmpty {
                state.room = max(Self.leastRoom, 2 * state.documents.values.reduce(0) { $0 + $1.count })
                state.end = state.room
            }
            defer { state.end += count }
            return state.end
        }
    }

    private func check(_ state: State) throws {
        guard !state.isFinished else {
            throw ZarrError(.invalidCall, "the archive \(name) is finished already: start another one")
        }
    }
}

// MARK: - Finishing

extension ZipWriter {
    /// Writes the documents and the directory, and gives the archive its name. Objects that are not committed by then
    /// are not part of it.
    ///
    /// - Parameter comment: of the archive, at most 65,535 bytes.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the comment is longer or the archive finished already,
    ///   `.ioFailure` where the machine fails; then nothing is left behind.
    public func finish(comment: [UInt8] = []) throws {
        guard comment.count <= UInt16.max else {
            throw ZarrError(.invalidCall, "the comment has \(comment.count) bytes, but at most 65535 are possible")
        }
        try state.withLock { state in
            try check(state)
            state.isFinished = true
            do {
                let documents = try writeDocuments(&state)
                let others = state.entries.values.sorted { $0.key < $1.key }
                try writeDirectory(documents + others, at: state.end, comment)
                try file.finish()
            } catch {
                file.unlinkTemporary()
                throw error
            }
        }
    }

    /// Writes the documents, breadth-first, to the room in front and what does not fit to the end.
    private func writeDocuments(_ state: inout State) throws -> [ZipEntry] {
        let documents = state.documents.sorted { ($0.key.depth, $0.key) < ($1.key.depth, $1.key) }
        let sizes = documents.map { ZipHeaders.localSize($0.key) + $0.value.count }
        var free = state.room
        let fitting = sizes.prefix { size in
            guard size <= free else { return false }
            free -= size
            return true
        }.count
        var entries = [ZipEntry](), place = 0
        for (number, document) in documents.enumerated() {
            if number == fitting { place = state.end }
            // The last ones take the padding, so that the documents before them lie close together.
            let behind = (fitting - 1 - number) * ZipHeaders.mostPadding
            let padding = number < fitting ? Self.padding(free - max(0, behind)) : 0
            free -= padding
            let entry = ZipEntry(
                stored: document.key, size: document.value.count, crc32: Self.crc32(document.value),
                headerOffset: place)
            let record = ZipHeaders.local(entry, padding: padding) + document.value
            try record.withUnsafeBytes { try file.write($0, at: place) }
            place += record.count
            entries.append(entry)
        }
        if fitting < documents.count { state.end = place }
        return entries
    }

    /// The padding that one header can have of so many bytes.
    private static func padding(_ wanted: Int) -> Int { wanted < 4 ? 0 : min(wanted, ZipHeaders.mostPadding) }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { libdeflate_crc32(0, $0.orEmpty, $0.count) }
    }

    private func writeDirectory(_ entries: [ZipEntry], at start: Int, _ comment: [UInt8]) throws {
        var place = start, block = [UInt8]()
        func flush() throws {
            try block.withUnsafeBytes { try file.write($0, at: place) }
            place += block.count
            block.removeAll(keepingCapacity: true)
        }
        for entry in entries {
            ZipHeaders.appendDirectory(entry, to: &block)
            if block.count >= 1 << 20 { try flush() }
        }
        try flush()
        block = ZipHeaders.end(directory: start..<place, count: entries.count, comment: comment)
        try flush()
    }
}

extension StoreKey {
    /// The number of keys above this one.
    fileprivate var depth: Int { path.utf8.count { $0 == UInt8(ascii: "/") } }
}
