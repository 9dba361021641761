#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A reusable block of raw bytes, aligned to 64 bytes, that grows and never shrinks.
///
/// Fresh pages cost 0.5 ms per MiB here, so workers keep their blocks and fill them again and again. A block belongs to
/// one thread at a time.
public final class ByteBlock {
    /// Where the bytes begin. Changes when the block grows.
    public private(set) var base: UnsafeMutableRawPointer
    /// Bytes the block can hold before it has to grow.
    public private(set) var capacity: Int
    /// Bytes in use. May be set, up to `capacity`, after writing through `base`.
    public var count: Int = 0 {
        didSet { precondition(count >= 0 && count <= capacity, "the count leaves the block") }
    }

    /// An empty block with room for some bytes.
    public init(capacity: Int = 0) {
        self.capacity = max(capacity, 64)
        base = Self.allocate(self.capacity)
    }

    deinit { free(base) }

    /// Makes room for `capacity` bytes in all and keeps those in use.
    public func reserve(_ capacity: Int) {
        guard capacity > self.capacity else { return }
        // A doubling, so that many appends cost O(bytes).
        let larger = max(capacity, self.capacity <= 1 << 40 ? min(self.capacity * 2, capacity + 16 << 20) : capacity)
        let grown = Self.allocate(larger)
        memcpy(grown, base, count)
        free(base)
        base = grown
        self.capacity = larger
    }

    /// Forgets the bytes, keeps the room.
    public func removeAll() { count = 0 }

    /// Adds bytes at the end. They must not lie in this block.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(count + bytes.count)
        memcpy(base + count, source, bytes.count)
        count += bytes.count
    }

    /// Adds bytes of any value, to be written later.
    package func append(count more: Int) {
        reserve(count + more)
        count += more
    }

    /// The bytes in use. The pointer is good until the block grows.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// The whole room, to be written to before `count` is set.
    public var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: capacity) }

    /// Runs `body` with the bytes in use.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(bytes)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        // Memory from posix_memalign may be freed by free(), and large blocks come from the kernel untouched.
        var pointer: UnsafeMutableRawPointer?
        let status = posix_memalign(&pointer, 64, capacity)
        guard status == 0, let pointer else { preconditionFailure("out of memory: \(capacity) bytes") }
        return pointer
    }
}
