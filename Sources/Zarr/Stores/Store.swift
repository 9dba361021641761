/// Which bytes of an object to read.
public enum ByteRange: Sendable, Hashable {
    /// `count` bytes from `offset`, both at least 0.
    case from(offset: Int, count: Int)
    /// The last `count` bytes, or all where the object is shorter.
    case suffix(count: Int)

    /// All bytes.
    public static let whole = ByteRange.suffix(count: .max)
}

/// Says where the bytes of a range go.
///
/// Called with the number of the range and how many bytes it has, before any memory is taken for them; what it returns
/// has room for as many and is good until the read returns. Throw to refuse them.
public typealias BytePlacement = (_ range: Int, _ count: Int) throws -> UnsafeMutableRawPointer

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

    /// Reads parts of an object, in the order asked for, to where the caller wants them. By default a copy of what
    /// ``read(_:_:)`` gives.
    ///
    /// - Returns: false where there is no such object; then nothing was placed.
    /// - Throws: as ``read(_:_:)``, and what `place` throws.
    func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool

    /// The object's size in bytes; nil where there is none.
    func size(_ key: StoreKey) throws -> Int?

    /// The names directly below a key, sorted; empty where there are none.
    func list(_ key: StoreKey) throws -> [String]
}

extension ReadableStore {
    /// Copies what ``read(_:_:)`` gives.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        guard let parts = try read(key, ranges) else { return false }
        for (range, part) in parts.enumerated() {
            let target = UnsafeMutableRawBufferPointer(start: try place(range, part.count), count: part.count)
            target.copyBytes(from: part)
        }
        return true
    }
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
