import OMEZarr
public import Zarr

/// A hierarchy on its way to another container, format, version or chunking: every group, array and document of it, and
/// what becomes of each. Levels are copied as they are, never computed again.
public struct HierarchyCopyPlan: Sendable {
    /// Something in the hierarchy.
    public struct Node: Sendable {
        /// Where it is, relative to the root of the copy.
        public var key: StoreKey
        /// What becomes of it.
        public var content: Content
    }

    /// What becomes of a node.
    public enum Content: Sendable {
        /// A group with these attributes.
        case group(JSONValue)
        /// An array.
        case array(ArrayCopyPlan)
        /// An array that nothing here understands, with everything below it.
        case foreignArray
        /// An object that is none of Zarr's, such as OME-XML.
        case document
    }

    /// What is copied.
    public let source: any ReadableStore
    /// The node of the source that becomes the root of the copy.
    public let root: StoreKey
    /// The Zarr format of the source.
    public let sourceFormat: ZarrFormat
    /// The Zarr format of the copy.
    public let format: ZarrFormat
    /// Groups before what is in them.
    public let nodes: [Node]
    /// What is not kept and why, a sentence each.
    public let warnings: [String]
    /// True where all metadata stay as they are, to the letter.
    let keepsDocuments: Bool
    let options: CopyOptions

    /// Plans the copy of a node and everything below it. Reads all metadata and no pixels.
    ///
    /// - Parameters:
    ///   - isArchive: whether the copy shall be one file, which only Zarr v3 can be.
    /// - Throws: ``PyramidError`` where an option does not fit or the memory allowed is not enough; ``OMEZarrError`` where
    ///   the version asked for cannot say what the metadata say; ``ZarrError`` where an array cannot be read.
    public init(
        of source: any ReadableStore, at root: StoreKey = .root, isArchive: Bool = false, _ options: CopyOptions
    ) throws {
        let node = try ZarrNode.require(source, root)
        let natural: ZarrFormat = node.format == .n5 || isArchive ? .v3 : node.format
        let format = options.version?.zarrFormat ?? natural
        self.source = source
        self.root = root
        self.options = options
        self.format = format
        sourceFormat = node.format
        keepsDocuments = options.keepsChunks && format == node.format
        var walk = CopyWalk(
            source: source, root: root, from: node.format, to: format, options, keepsDocuments: keepsDocuments)
        try walk.visit(root, axes: [:], depth: 0)
        nodes = walk.nodes
        warnings = walk.warnings
    }

    /// Bytes of the pixels of all arrays.
    public var pixelBytes: Int { arrays.reduce(0) { $0.saturatingAdding($1.pixelBytes) } }

    /// Bytes held at the peak, besides the program itself.
    public var peakBytes: Int { arrays.map { $0.peakBytes(threads: threads($0)) }.max() ?? 0 }

    /// Most bytes that lie in a file between two passes.
    public var spillBytes: Int {
        arrays.map { if case .rechunk(let plan) = $0.method { plan.spillBytes } else { 0 } }.max() ?? 0
    }

    private var arrays: [ArrayCopyPlan] {
        nodes.compactMap { if case .array(let plan) = $0.content { plan } else { nil } }
    }

    /// Threads that copy chunks of an array without decoding them: as many as the memory allows.
    public func threads(_ plan: ArrayCopyPlan) -> Int {
        max(min(options.threads, options.memory / max(plan.peakBytes(threads: 1), 1)), 1)
    }
}
