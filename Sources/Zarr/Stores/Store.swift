/// Which bytes of an object to read.
public enum ByteRange: Sendable, Hashable {
    /// `count` bytes from `offset`, both at least 0.
    case from(offset: Int, count: Int)
    /// The last `count` bytes, or all where the object is shorter.
    case suffix(count: Int)
}

/// A place to read objects from by key. Absent objects are nil, never an error.
public protocol ReadableStore: Sendable {
    /// A short name for messages: a path or an address.
    var name: String { get }

    /// The whole object; nil where there is none.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    func read(_ key: StoreKey) throws -> [UInt8]?

    /// Parts of an object, in the order asked for; nil where there is no such object.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where a range reaches past the end of the object, `.ioFailure`
    ///   where the machine fails.
    func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]?

    /// The object's size in bytes; nil where there is none.
    func size(_ key: StoreKey) throws -> Int?

    /// The names directly below a key, sorted; empty where there are none.
    func list(_ key: StoreKey) throws -> [String]
}

/// A place to write objects to by key.
public protocol WritableStore: ReadableStore {
    /// Stores a whole object: readers see the old one or the new one, never a part.
    func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws

    /// Starts an object that is written piece by piece and appears only when committed.
    func begin(_ key: StoreKey) throws -> any ObjectWriter

    /// Removes an object or everything below a key. Nothing happens where there is nothing.
    func remove(_ key: StoreKey) throws
}

/// One object being written from front to back. Not for sharing between threads without a lock.
public protocol ObjectWriter: AnyObject {
    /// Bytes written so far.
    var count: Int { get }
    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws
    /// Makes the object visible under its key, whole.
    func commit() throws
    /// Throws away what was written. Nothing happens after a commit.
    func abandon()
}

extension WritableStore {
    /// Stores a whole object.
    public func write(_ key: StoreKey, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write(key, $0) }
    }
}
