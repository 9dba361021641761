import Synchronization
import Zarr

/// The list of all images that are served.
///
/// A file is opened for it once for each of its versions: a folder of ten thousand is looked at in the blink of an eye when
/// nothing changed. What lies in a folder may change without the folder's documents, and is opened each time.
final class ImageList: Sendable {
    private let catalogue: ImageCatalogue
    private let known = Mutex<[String: Known]>([:])

    private struct Known {
        let version: FileVersion
        let entries: [JSONValue]
    }

    /// Images beyond this many of one item are not listed; they can still be asked for.
    private static let limit = 1000

    init(_ catalogue: ImageCatalogue) { self.catalogue = catalogue }

    /// An entry for each image, in the order of their ids.
    var entries: [JSONValue] {
        let before = known.withLock { $0 }
        var after = [String: Known](), entries = [JSONValue]()
        for item in catalogue.library.items {
            guard item.kind != .zarr, let version = item.version else {
                entries += look(item) ?? []
                continue
            }
            let same = before[item.id].flatMap { $0.version == version ? $0 : nil }
            guard let now = same ?? look(item).map({ Known(version: version, entries: $0) }) else { continue }
            after[item.id] = now
            entries += now.entries
        }
        known.withLock { [after] in $0 = after }
        return entries
    }

    /// The images of an item; nil where it cannot be read, which who asks for it is told.
    private func look(_ item: LibraryItem) -> [JSONValue]? {
        guard let members = try? catalogue.members(item) else { return nil }
        return members.prefix(Self.limit).compactMap { id, place in
            (try? catalogue.image(id)).map { ImageReport.short($0, place) }
        }
    }
}
