/// The name of an object in a store: path segments joined by "/", such as `0/c/3/1`. The empty key names the root.
///
/// A key that could leave its store cannot be built: no segment is empty, ".", ".." or contains a NUL, a "/" or a "\".
///
/// - Source: Zarr v3 core, "Abstract store interface". The ban on "\" and NUL is our own.
public struct StoreKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The key as text, without a leading or trailing "/".
    public let path: String

    /// The root of the store.
    public static let root = StoreKey(unchecked: "")

    /// - Throws: ``ZarrError`` with code `.invalidCall` where the path could leave the store.
    public init(_ path: String) throws {
        if path.isEmpty {
            self.path = ""
            return
        }
        // By bytes, as file systems see them: to Swift a "/" and a combining mark behind it are one character.
        for segment in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let unsafe = segment.isEmpty || segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
            guard !unsafe, !segment.contains(0), !segment.contains(UInt8(ascii: "\\")) else {
                throw ZarrError(
                    .invalidCall,
                    "\"\(path)\" is not a key: each part between \"/\" must be a name, not empty, \".\" or \"..\"")
            }
        }
        self.path = path
    }

    private init(unchecked path: String) { self.path = path }

    /// The key of an object below this one.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the result could leave the store.
    public func appending(_ relative: String) throws -> StoreKey {
        if relative.isEmpty { return self }
        let below = try StoreKey(relative)
        return path.isEmpty ? below : StoreKey(unchecked: path + "/" + below.path)
    }

    /// The key that holds this one; nil for the root.
    public var parent: StoreKey? {
        guard !path.isEmpty else { return nil }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return StoreKey(unchecked: String(path[..<slash]))
    }

    /// The last segment; empty for the root.
    public var name: String { path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? "" }

    /// The key as text.
    public var description: String { path.isEmpty ? "/" : path }

    /// Orders by the bytes of the path.
    public static func < (a: StoreKey, b: StoreKey) -> Bool { a.path < b.path }
}
