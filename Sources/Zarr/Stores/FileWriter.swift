import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file written under a temporary name in its directory and renamed when whole.
final class FileWriter: ObjectWriter {
    private(set) var count = 0
    private var descriptor: Int32
    private let temporary: String
    private let final: String
    private let key: StoreKey

    init(temporary: String, final: String, key: StoreKey) throws {
        self.temporary = temporary
        self.final = final
        self.key = key
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ZarrError.io("write", final, key) }
    }

    deinit { abandon() }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard descriptor >= 0 else { throw ZarrError(.invalidCall, "\(final) is finished already", key: key) }
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let written = write(descriptor, base + done, bytes.count - done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw ZarrError.io("write", final, key) }
            done += written
        }
        count += done
    }

    /// Waits until what was written lies on the disk.
    func sync() throws {
        guard fsync(descriptor) == 0 else { throw ZarrError.io("sync", final, key) }
    }

    func commit() throws {
        guard descriptor >= 0 else { throw ZarrError(.invalidCall, "\(final) is finished already", key: key) }
        let open = descriptor
        descriptor = -1
        // Network file systems report a full disk only when the file is closed.
        guard close(open) == 0, rename(temporary, final) == 0 else {
            let error = ZarrError.io("write", final, key)
            unlink(temporary)
            throw error
        }
    }

    func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporary)
    }
}

/// Names of files that are not objects yet: `.zarr-tmp-<process>-<number>`.
enum TemporaryName {
    private static let prefix = ".zarr-tmp-"
    private static let counter = Atomic<UInt64>(UInt64.random(in: 0...UInt64.max))

    /// A name nobody else has: the process number and a counter that begins at random, for stores shared by machines.
    static func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return prefix + String(getpid()) + "-" + String(number, radix: 16)
    }

    /// Such a name in the folder of a file.
    static func beside(_ path: String) -> String {
        // By bytes: to Swift a "/" and a combining mark behind it are one character.
        let name = path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }
        return String(decoding: path.utf8.dropLast(name.count), as: UTF8.self) + next()
    }

    static func matches(_ name: String) -> Bool { name.hasPrefix(prefix) }
}
