import OMEZarr
import Pyramid
import Zarr

/// Tells a folder that is a Zarr and nothing else from one that also holds what a Zarr has no place for.
struct ZarrFolder {
    /// A file of our own, there from before the first chunk until after the last document: it makes the remains of an
    /// interrupted conversion known for certain.
    static let marker = Journal.file
    /// What makes a folder a Zarr.
    static let documents = ["zarr.json", ".zgroup", ".zattrs", ".zarray", ".zmetadata"]

    let store: DirectoryStore
    /// The names in the folder.
    let entries: [String]

    /// True for a Zarr, and for what an interrupted conversion left.
    func isZarr() throws -> Bool { try isUnfinished || isNode("") }

    /// The first entry that is no part of a Zarr; nil where there is none.
    func foreignEntry() throws -> String? {
        let isArray = (try? ZarrNode.read(store, .root))?.kind == .array
        return try entries.first { try !isOurs($0, isArray: isArray) }
    }

    private func isOurs(_ name: String, isArray: Bool) throws -> Bool {
        if name == Self.marker || Self.documents.contains(name) { return true }
        // A name that is no key of a store was not written by any.
        guard (try? StoreKey(name)) != nil else { return false }
        if isArray && Self.isChunk(name) { return true }
        // An interrupted copy of an array has no document yet; a number may be an image, too.
        if isUnfinished && Self.isChunk(name) && Int(name) == nil { return true }
        if name == Manifest.group { return try isMetadataGroup() }
        return try isNode(name) || isUnfinished && isUnfinishedImage(name)
    }

    private var isUnfinished: Bool { entries.contains(Self.marker) }

    private func isNode(_ folder: String) throws -> Bool {
        let key = try StoreKey(folder)
        return try Self.documents.contains { try store.size(key.appending($0)) != nil }
    }

    /// The group of the metadata about all images, which gets its document late: nothing of anybody else's is in it.
    private func isMetadataGroup() throws -> Bool {
        let group = Manifest.group
        guard try store.size(StoreKey(group)) == nil else { return false }
        return try store.list(StoreKey(group)).allSatisfy { name in
            let isOurs = ["METADATA.ome.xml", "source.ome.xml", Manifest.file, Manifest.conversion].contains {
                $0 == name || $0 == "\(group)/\(name)"
            }
            return try isOurs || Self.documents.contains(name) || isNode("\(group)/\(name)")
        }
    }

    /// A level or a series, labels, or the row of a plate, that has not got its document yet: in it are only nodes, and
    /// groups that have not got theirs.
    private func isUnfinishedImage(_ name: String) throws -> Bool {
        guard Int(name) != nil || name == "labels" || Plate.rowIndex(name) != nil else { return false }
        return try isUnfinishedGroup(name, depth: 4)
    }

    /// - Parameter depth: how many groups may lie in each other: of a row the well, the field, its labels and one of them.
    private func isUnfinishedGroup(_ folder: String, depth: Int) throws -> Bool {
        guard depth >= 0, try store.size(StoreKey(folder)) == nil else { return false }
        let holdsNodes = try store.list(StoreKey(folder)).allSatisfy { name in
            try isNode("\(folder)/\(name)") || isUnfinishedGroup("\(folder)/\(name)", depth: depth - 1)
        }
        // Who is writing there may have come to its document meanwhile.
        return try holdsNodes || isNode(folder)
    }

    /// Chunks lie in `c`, or have names such as `0`, `0.3` and `c.0.3`.
    private static func isChunk(_ name: String) -> Bool {
        name == "c" || (name.hasPrefix("c.") ? name.dropFirst(2) : name[...]).allSatisfy { $0.isNumber || $0 == "." }
    }
}
