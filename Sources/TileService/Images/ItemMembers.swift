import OMEZarr
import Pyramid
import Zarr

/// The images of an item, by the paths of their groups, and where they lie.
struct ItemMembers: Sendable {
    /// In the order of the item.
    private(set) var images: [(path: String, place: Membership?)] = []

    /// - Throws: what reading the documents of a hierarchy throws.
    init(_ opened: OpenedItem) throws {
        let item = opened.item
        switch opened.contents {
        case .tiff(let document):
            guard let layout = opened.layout else { return }
            add(item, layout.paths, layout.layout)
            let taken = Set(layout.series)
            images += document.series.indices.filter { !taken.contains($0) }.map { ("\($0)", nil) }
        case .zarr(let store, let root):
            if let (plate, keys) = try? Plate.read(store, root) {
                add(item, keys.map { Self.path($0, root) }, .plate(plate))
            } else {
                let keys = try OMEZarrImage.imageKeys(store, root, skipping: { _ in })
                add(item, keys.map { Self.path($0, root) }, keys == [root] ? .image : .series)
            }
        }
    }

    private mutating func add(_ item: LibraryItem, _ paths: [String], _ layout: OutputLayout) {
        var fields = [Int: Membership.Field](), name = item.name
        if case .plate(let plate) = layout {
            name = plate.name ?? name
            for well in plate.wells {
                for (number, field) in well.fields.enumerated() {
                    fields[field.image] = Membership.Field(
                        row: plate.rows[well.row], column: plate.columns[well.column], number: number,
                        acquisition: field.acquisition)
                }
            }
        }
        images = paths.enumerated().map { index, path in
            let place = Membership(id: item.id, name: name, index: index, field: fields[index])
            return (path, path.isEmpty ? nil : place)
        }
    }

    /// A key in a hierarchy relative to its root.
    private static func path(_ key: StoreKey, _ root: StoreKey) -> String {
        key.path.dropFirst(root.path.count).split(separator: "/").joined(separator: "/")
    }
}
