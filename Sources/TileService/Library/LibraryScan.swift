import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds what there is to serve below the roots.
///
/// Folders are gone through until one is Zarr; what lies in that is its own business. Links are followed within the root.
struct LibraryScan {
    private(set) var items = [LibraryItem]()
    /// True where there was more than is looked at.
    private(set) var isCut = false

    private static let itemLimit = 100_000
    private static let nameLimit = 1_000_000
    private static let depthLimit = 24
    /// Names of files that are images of the TIFF family.
    private static let endings = [
        ".tif", ".tiff", ".btf", ".tf2", ".tf8", ".svs", ".ndpi", ".scn", ".bif", ".qptiff", ".lsm", ".stk",
    ]

    private var namesLeft = nameLimit
    private var seen = Set<String>()
    private var ids = Set<String>()

    /// - Parameter roots: what somebody chose to serve.
    init(_ roots: [ServedRoot]) {
        let areSeveral = roots.count > 1
        for root in roots {
            let name = Self.lastName(root.place)
            if let kind = Self.kind(root.place, isChosen: true) {
                add(kind, root.place, [name], root)
            } else if !root.isFile {
                descend(root.place, areSeveral ? [name] : [], root, depth: 0)
            }
        }
        items.sort { $0.id < $1.id }
    }

    private mutating func descend(_ folder: String, _ names: [String], _ root: ServedRoot, depth: Int) {
        guard depth < Self.depthLimit, let directory = opendir(folder) else { return }
        var below = [String]()
        while let entry = readdir(directory) {
            // Safety: d_name is NUL-terminated and lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), RequestPath.isSafe(name) { below.append(name) }
        }
        closedir(directory)
        for name in below.sorted() {
            namesLeft -= 1
            guard namesLeft >= 0, items.count < Self.itemLimit else {
                isCut = true
                return
            }
            guard let place = ServedRoot.resolved(folder + "/" + name), root.holds(place) else { continue }
            if let kind = Self.kind(place, isChosen: false) {
                add(kind, place, names + [name], root)
            } else if Self.isFolder(place), seen.insert(place).inserted {
                descend(place, names + [name], root, depth: depth + 1)
            }
        }
    }

    private mutating func add(_ kind: LibraryItem.Kind, _ path: String, _ names: [String], _ root: ServedRoot) {
        let plain = ImageID.text(names)
        var id = plain, number = 2
        while !ids.insert(id).inserted {
            id = "\(plain)-\(number)"
            number += 1
        }
        items.append(LibraryItem(id: id, kind: kind, path: path, root: root))
    }

    /// What a path is, nil where it is a folder to go through or nothing to serve.
    ///
    /// - Parameter isChosen: whether somebody named it, so that a file needs no telling ending.
    private static func kind(_ path: String, isChosen: Bool) -> LibraryItem.Kind? {
        if isFolder(path) {
            return LibraryItem.documents.contains { FileVersion(path: path + "/" + $0) != nil } ? .zarr : nil
        }
        let name = lastName(path).lowercased()
        if name.hasSuffix(".ozx") || name.hasSuffix(".zarr.zip") || isChosen && name.hasSuffix(".zip") {
            return .archive
        }
        return isChosen || endings.contains(where: name.hasSuffix) ? .tiff : nil
    }

    private static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    private static func lastName(_ path: String) -> String {
        path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? path
    }
}
