import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Objects as files below a directory; the "/" of a key separates directories.
///
/// Writing is atomic: bytes go to a temporary file in the directory of the object, which is then renamed. Many threads
/// and processes may read and write at once. Symbolic links are followed.
///
/// - Source: Zarr v3, "File system store".
public struct DirectoryStore: WritableStore {
    /// The directory's path, without a trailing "/".
    public let path: String
    private let directories = CreatedDirectories()
    /// Without links; nil where links may lead anywhere.
    private var fence: String?

    /// The path.
    public var name: String { path }

    /// Opens a directory.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory; not empty.
    ///   - create: makes the directory and those above it where they are missing.
    /// - Throws: ``ZarrError`` with code `.notFound` where there is no such directory, `.invalidCall` where the path is
    ///   empty, `.ioFailure` where the machine refuses.
    public init(path: String, create: Bool) throws {
        // Taking "" for the working directory would turn a variable left empty into a store full of other files.
        guard !path.isEmpty else {
            throw ZarrError(.invalidCall, "the path of the store is empty: name a directory; \".\" is the current one")
        }
        var trimmed = path
        while trimmed.utf8.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = trimmed
        if create { try directories.make(trimmed) }
        var info = stat()
        guard stat(trimmed, &info) == 0 else {
            if errno == ENOENT {
                throw ZarrError(.notFound, "there is no directory \(trimmed): check the path")
            }
            throw ZarrError.io("open the directory", trimmed)
        }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            throw ZarrError(.notFound, "\(trimmed) is a file, not a directory: give the directory of a Zarr store")
        }
    }

    /// The same directory, of which no object is read that lies outside a folder because a link leads there.
    ///
    /// - Parameter folder: a path without links, such as `realpath` gives.
    package func confined(to folder: String) -> DirectoryStore {
        var store = self
        store.fence = folder
        return store
    }

    /// Makes the directory an object lies in.
    func makeDirectory(of key: StoreKey) throws { try directories.make(file(key.parent ?? .root)) }

    /// The path of an object's file.
    func file(_ key: StoreKey) -> String { key.path.isEmpty ? path : path + "/" + key.path }
}

extension DirectoryStore {
    /// The whole file; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? {
        try withFile(key) { file in try file.read(.whole) }
    }

    /// Parts of a file; nil where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        try withFile(key) { file in try ranges.map { try file.read($0) } }
    }

    /// Reads parts of a file with no copy in between.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        let read: Void? = try withFile(key) { file in
            for (number, range) in ranges.enumerated() {
                let wanted = try file.resolve(range)
                try file.read(wanted, into: place(number, wanted.count))
            }
        }
        return read != nil
    }

    /// The file's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? {
        var info = stat()
        guard stat(file(key), &info) == 0 else {
            if Self.meansAbsent(errno) { return nil }
            throw ZarrError.io("look at", file(key), key)
        }
        return info.st_mode & S_IFMT == S_IFREG ? Int(info.st_size) : nil
    }

    /// The names in a directory, without temporary files; sorted.
    public func list(_ key: StoreKey) throws -> [String] {
        guard let directory = opendir(file(key)) else {
            if Self.meansAbsent(errno) { return [] }
            throw ZarrError.io("list", file(key), key)
        }
        defer { closedir(directory) }
        return try Self.names(in: directory, file(key), key).filter { !TemporaryName.matches($0) }.sorted()
    }

    private static func names(in directory: OpaquePointer, _ path: String, _ key: StoreKey) throws -> [String] {
        var names = [String]()
        // An error ends a directory as its end does; taken for one, what is in it would seem absent.
        errno = 0
        while let entry = readdir(directory) {
            // Safety: d_name is NUL-terminated and lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw ZarrError.io("list", path, key) }
        return names
    }

    private func withFile<Result>(_ key: StoreKey, _ body: (OpenFile) throws -> Result) throws -> Result? {
        // Without O_NONBLOCK a named pipe in the store would be waited for.
        let descriptor = open(file(key), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if Self.meansAbsent(errno) { return nil }
            throw ZarrError.io("read", file(key), key)
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw ZarrError.io("read", file(key), key) }
        guard info.st_mode & S_IFMT == S_IFREG, fence.map({ OpenFilePlace(descriptor).lies(in: $0) }) ?? true else {
            return nil
        }
        return try body(OpenFile(descriptor: descriptor, size: Int(info.st_size), path: file(key), key: key))
    }

    /// A name too long for the file system cannot exist in it; a file where a directory should be holds no keys.
    private static func meansAbsent(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG }
}

extension DirectoryStore {
    /// Writes a temporary file and renames it.
    public func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        let writer = try begin(key)
        do {
            try writer.append(bytes)
            try writer.commit()
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// Opens a temporary file that takes its name when committed.
    public func begin(_ key: StoreKey) throws -> any ObjectWriter {
        guard let parent = key.parent else {
            throw ZarrError(.invalidCall, "the root of \(path) is a directory: give the key of an object in it")
        }
        let directory = file(parent)
        try directories.make(directory)
        let name = TemporaryName.next()
        do {
            return try FileWriter(temporary: directory + "/" + name, final: file(key), key: key)
        } catch let error as ZarrError where error.errno == ENOENT {
            // Somebody removed the directory since it was made.
            directories.forget()
            try directories.make(directory)
            return try FileWriter(temporary: directory + "/" + name, final: file(key), key: key)
        }
    }

    /// Removes a file, or a directory and everything in it. A symbolic link is removed, not what it points to.
    public func remove(_ key: StoreKey) throws {
        try removeTree(file(key), key, depth: 0)
    }

    private static let documents: Set = ["zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"]

    private func removeTree(_ path: String, _ key: StoreKey, depth: Int) throws {
        if unlink(path) == 0 || Self.meansAbsent(errno) { return }
        guard errno == EISDIR || errno == EPERM, depth < 512, let directory = opendir(path) else {
            throw ZarrError.io("remove", path, key)
        }
        directories.forget()
        defer { closedir(directory) }
        let names = try Self.names(in: directory, path, key)
        // The documents last: what is left of an array by an accident is still known for one.
        let documents = names.filter(Self.documents.contains)
        for name in names.filter({ !Self.documents.contains($0) }) + documents {
            try removeTree(path + "/" + name, key, depth: depth + 1)
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw ZarrError.io("remove", path, key) }
    }
}

/// A file opened for reading.
private struct OpenFile {
    let descriptor: Int32
    let size: Int
    let path: String
    let key: StoreKey

    func read(_ range: ByteRange) throws -> [UInt8] {
        let wanted = try resolve(range)
        // A sparse file may claim any size without taking space on the disk.
        guard wanted.count <= MachineMemory.bytes / 2 else {
            throw ZarrError(
                .limitExceeded,
                "\(path) has \(size) bytes, too many to read \(wanted.count) of them at once on this machine", key: key)
        }
        return try [UInt8](unsafeUninitializedCapacity: wanted.count) { buffer, filled in
            if let base = buffer.baseAddress { try read(wanted, into: base) }
            filled = wanted.count
        }
    }

    func resolve(_ range: ByteRange) throws -> Range<Int> {
        try ZarrError.locating(key, "\(path) is too short") { try range.resolved(in: size) }
    }

    /// Safety: there is room for the bytes at `place`.
    func read(_ wanted: Range<Int>, into place: UnsafeMutableRawPointer) throws {
        let buffer = UnsafeMutableRawBufferPointer(start: place, count: wanted.count)
        try PositionedIO.read(descriptor, at: wanted.lowerBound, into: buffer, path, key)
    }
}

/// The directories a store has made, so that each costs one `mkdir` and not one for each object.
private final class CreatedDirectories: Sendable {
    private let known = Mutex<Set<String>>([])

    func forget() { known.withLock { $0.removeAll() } }

    /// Makes a directory and those above it.
    func make(_ path: String) throws {
        if path.isEmpty || known.withLock({ $0.contains(path) }) { return }
        if mkdir(path, 0o777) != 0 {
            switch errno {
            case EEXIST: break
            case ENOENT:
                // By bytes: to Swift a "/" and a combining mark behind it are one character.
                guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
                    throw ZarrError.io("make the directory", path)
                }
                try make(String(path[..<slash]))
                guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
                    throw ZarrError.io("make the directory", path)
                }
            default: throw ZarrError.io("make the directory", path)
            }
        }
        _ = known.withLock { $0.insert(path) }
    }
}
