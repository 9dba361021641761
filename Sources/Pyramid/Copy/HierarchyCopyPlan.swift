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

    /// What lists the objects of the copy, so that it can be verified.
    public enum Listing: Sendable, Hashable {
        /// The manifest of the source, which is as true of the copy: its objects are the same.
        case source
        /// A manifest of its own.
        case own
        /// Nothing: the root is no OME-Zarr, or there may be more objects than memory is allowed for.
        case none
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
    public private(set) var nodes: [Node]
    /// What is not kept and why, a sentence each.
    public let warnings: [String]
    /// What lists the objects of the copy.
    public let listing: Listing
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
        // What is below a root that names another version, or none, may have to be said in other words.
        let isVersion = options.version.map { OMEAttributes(node.attributes).version == $0.rawValue } ?? true
        keepsDocuments = options.keepsChunks && format == node.format && isVersion
        var walk = CopyWalk(
            source: source, root: root, from: node.format, to: format, options, keepsDocuments: keepsDocuments)
        try walk.visit(root, axes: [:], depth: 0)
        nodes = walk.nodes
        let ledgers = Self.ledgerBytes(nodes)
        if !Self.isOMEZarr(nodes) {
            listing = .none
        } else if keepsDocuments, nodes.contains(where: { $0.key.path == Manifest.file }) {
            listing = .source
        } else if ledgers <= options.memory / 4 {
            listing = .own
        } else {
            listing = .none
            walk.warn(
                "the copy gets no manifest, because the list of its objects takes more than a quarter of the memory "
                    + "allowed: with --memory \((ledgers >> 18) + 1)MiB it gets one")
        }
        warnings = walk.warnings
    }

    private static func isOMEZarr(_ nodes: [Node]) -> Bool {
        guard let root = nodes.first, root.key == .root, case .group(let attributes) = root.content else {
            return false
        }
        return OMEAttributes.others(attributes).keys != attributes.object?.keys
    }

    /// What the ledgers of all arrays take.
    private static func ledgerBytes(_ nodes: [Node]) -> Int {
        nodes.reduce(0) { sum, node in
            guard case .array(let array) = node.content else { return sum }
            return sum.saturatingAdding(array.objectCount.saturatingMultiplied(by: ArrayLedger.bytesPerObject))
        }
    }

    /// What the copy is: another one of the same identity writes the same bytes.
    ///
    /// - Parameters:
    ///   - program: that writes it, and its version.
    ///   - name: what the source is called.
    ///   - arguments: the options that matter.
    public func identity(_ program: String, of name: String, arguments: [String]) -> ConversionIdentity {
        var input = Fingerprint(), plan = Fingerprint()
        plan.add("\(format)")
        for node in nodes {
            plan.add(node.key.path)
            if let part = options.part { plan.add("\(part)") }
            switch node.content {
            case .group(let attributes): plan.add(attributes.serialized())
            case .array(let array):
                input.add("\(array.source)")
                plan.add("\(array.target)")
            case .foreignArray, .document: break
            }
        }
        return ConversionIdentity(
            program: program, name: nil, source: name, arguments: arguments, input: input.hexadecimal,
            plan: plan.hexadecimal)
    }

    /// Does not copy some of the nodes.
    public mutating func leaveOut(_ isLeftOut: (Node) -> Bool) { nodes.removeAll(where: isLeftOut) }

    /// Bytes of the pixels of all arrays.
    public var pixelBytes: Int { arrays.reduce(0) { $0.saturatingAdding($1.pixelBytes) } }

    /// Bytes held at the peak, besides the program itself.
    public var peakBytes: Int {
        let copying = arrays.map { $0.peakBytes(threads: threads($0)) }.max() ?? 0
        return copying.saturatingAdding(listing == .none ? 0 : Self.ledgerBytes(nodes))
    }

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
