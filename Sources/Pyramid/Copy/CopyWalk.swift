import OMEZarr
import Zarr

/// Goes through a hierarchy and notes what becomes of each node.
struct CopyWalk {
    private let source: any ReadableStore
    private let root: StoreKey
    private let from: ZarrFormat
    private let to: ZarrFormat
    private let options: CopyOptions
    private let keepsDocuments: Bool
    private(set) var nodes = [HierarchyCopyPlan.Node]()
    private(set) var warnings = [String]()
    private var names = 0

    // Plates have some 100,000 names; more are no plate, or a folder that is a link to one above it.
    private static let mostNames = 1 << 20, deepest = 32
    /// Documents that describe nodes, or summaries of them that are stale when they change.
    private static let own: Set<String> = [
        "zarr.json", ".zgroup", ".zattrs", ".zarray", ".zmetadata", "attributes.json",
    ]
    /// What this program notes of the files it wrote; another file of the same name is copied.
    private static let notes: Set<String> = ["OME/manifest.txt", "OME/conversion.json"]

    init(
        source: any ReadableStore, root: StoreKey, from: ZarrFormat, to: ZarrFormat, _ options: CopyOptions,
        keepsDocuments: Bool
    ) {
        self.source = source
        self.root = root
        self.from = from
        self.to = to
        self.options = options
        self.keepsDocuments = keepsDocuments
    }

    /// Notes what is not kept and why.
    mutating func warn(_ sentence: String) { warnings.append(sentence) }

    /// Notes a node and everything below it.
    ///
    /// - Parameter axes: the names of the axes of arrays, as images above say them.
    mutating func visit(_ key: StoreKey, axes: [StoreKey: [String]], depth: Int) throws {
        guard depth <= Self.deepest else {
            throw ZarrError(.limitExceeded, "\(key) lies deeper than \(Self.deepest) groups: copy a part", key: key)
        }
        guard let node = try ZarrNode.read(source, key) else {
            if try source.size(key) != nil { return note(key, .document) }
            return try descend(key, axes: axes, depth: depth)
        }
        if node.kind == .array { return try visitArray(key, axes: axes[key]) }
        let image = node.format == .n5 ? try N5Image(source, key) : nil
        let attributes = try attributes(key, node, image)
        note(key, .group(attributes))
        try descend(key, axes: axes.merging(self.axes(of: key, attributes, image)) { $1 }, depth: depth)
    }

    private mutating func visitArray(_ key: StoreKey, axes: [String]?) throws {
        do {
            let metadata = try ZarrArray.open(source, key).metadata
            let plan = try ArrayCopyPlan(metadata, axes: axes, format: to, options)
            if let reason = plan.reason, !warnings.contains(reason) { warnings.append(reason) }
            note(key, .array(plan))
        } catch let error as ZarrError where error.code == .unsupported && from == to {
            note(key, .foreignArray)
            if !options.keepsChunks { warnings.append("\(key) is copied as it is: \(error.message)") }
        }
    }

    private mutating func descend(_ key: StoreKey, axes: [StoreKey: [String]], depth: Int) throws {
        for name in try source.list(key) where isCopied(name) {
            names += 1
            guard names <= Self.mostNames else {
                throw ZarrError(
                    .limitExceeded, "\(source.name) has more than \(Self.mostNames) groups and arrays: copy a part",
                    key: key)
            }
            // A file may have a name that no key has.
            guard let below = try? key.appending(name), keepsDocuments || !Self.notes.contains(relative(below)) else {
                continue
            }
            try visit(below, axes: axes, depth: depth + 1)
        }
    }

    /// Names that begin with "." or "__" no node may have.
    private func isCopied(_ name: String) -> Bool {
        if name == ".zmetadata" { return keepsDocuments }
        return !Self.own.contains(name) && !name.hasPrefix(".") && !name.hasPrefix("__")
    }

    private mutating func note(_ key: StoreKey, _ content: HierarchyCopyPlan.Content) {
        guard let place = try? StoreKey(relative(key)) else { return }
        nodes.append(HierarchyCopyPlan.Node(key: place, content: content))
    }

    private func relative(_ key: StoreKey) -> String {
        root.path.isEmpty ? key.path : String(key.path.dropFirst(root.path.count).drop { $0 == "/" })
    }
}

// MARK: - Metadata

extension CopyWalk {
    private func attributes(_ key: StoreKey, _ node: ZarrNode, _ image: N5Image?) throws -> JSONValue {
        let version = options.version ?? OMEZarrVersion(zarrFormat: to)
        guard node.format == .n5 else {
            guard to != from || options.version != nil else { return node.attributes }
            let current = try OMEAttributes.upgraded(node.attributes) { paths in
                try paths.map { try ZarrArray.open(source, key.appending($0)).metadata.shape }
            }
            return try OMEAttributes.attributes(current, in: version)
        }
        var own = node.attributes
        own["n5"] = nil
        guard let image else { return own }
        // What N5 calls multiscales and axes would be taken for what OME-Zarr calls so.
        for name in ["multiscales", "axes"] { own[name] = nil }
        let paths = image.levels.map(\.key.name)
        var members = try ImageMetadata(image.description, paths: paths).attributes(version)
        // N5 says nothing of channels, and what it does not say is no reason to guess.
        if members["ome"] == nil { members["omero"] = nil } else { members["ome"]?["omero"] = nil }
        for (name, value) in members.object ?? [:] { own[name] = value }
        return own
    }

    /// The names of the axes of an image's levels, by the arrays' keys.
    private func axes(of key: StoreKey, _ attributes: JSONValue, _ image: N5Image?) -> [StoreKey: [String]] {
        if let image {
            return Dictionary(uniqueKeysWithValues: image.levels.map { ($0.key, image.description.axes.map(\.name)) })
        }
        var axes = [StoreKey: [String]]()
        for entry in OMEAttributes(attributes).members["multiscales"]?.array ?? [] {
            let names = (entry["axes"]?.array ?? []).compactMap { $0["name"]?.string ?? $0.string }
            for dataset in entry["datasets"]?.array ?? [] {
                guard let path = dataset["path"]?.string, let level = try? key.appending(trimmed: path) else {
                    continue
                }
                axes[level] = names
            }
        }
        return axes
    }
}
