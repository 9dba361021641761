import Synchronization
import Zarr

/// What is served: the items below the roots, looked for again when somebody asks and some time has passed.
final class ImageLibrary: Sendable {
    /// How long a list is taken for true.
    private static let scanInterval = Duration.seconds(2)

    let roots: [ServedRoot]
    private let state: Mutex<State>
    private let opened = OpenedItems()

    private struct State {
        var items = [String: LibraryItem]()
        var order = [LibraryItem]()
        var isCut = false
        var scanned: ContinuousClock.Instant?
        var isScanning = false
    }

    /// - Throws: ``ZarrError`` with code `.notFound` where a path leads nowhere.
    init(paths: [String]) throws {
        roots = try paths.map(ServedRoot.init)
        state = Mutex(State())
        refresh()
    }

    /// All items, in the order of their ids.
    var items: [LibraryItem] {
        refresh()
        return state.withLock { $0.order }
    }

    /// Finds the item an address names, and what it names in it.
    ///
    /// - Parameter id: of an item, or of something in it: then the path in the item follows, with "~" for "/".
    /// - Throws: ``ServiceError`` with status 404 where there is no such item.
    func find(_ id: String) throws -> (item: LibraryItem, inside: [String]) {
        if let found = known(id) { return found }
        refresh()
        if let found = known(id) { return found }
        throw ServiceError.notFound("there is no image \"\(id)\": /api/images lists those there are")
    }

    /// An item opened, from memory where it did not change.
    func open(_ item: LibraryItem) throws -> OpenedItem { try opened.open(item) }

    /// The same of what is known, without a look at the disk; nil where nothing of that name is known.
    func known(_ id: String) -> (item: LibraryItem, inside: [String])? {
        state.withLock { state in
            if let item = state.items[id] { return (item, []) }
            for cut in ImageID.cuts(id) {
                if let item = state.items[String(id[..<cut])] {
                    return (item, ImageID.names(id[id.index(after: cut)...]))
                }
            }
            return nil
        }
    }

    private func refresh() {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard !state.isScanning, state.scanned.map({ now - $0 > Self.scanInterval }) ?? true else { return false }
            state.isScanning = true
            return true
        }
        guard isDue else { return }
        let scan = LibraryScan(roots)
        state.withLock { state in
            state.order = scan.items
            state.items = Dictionary(scan.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            state.isCut = scan.isCut
            state.scanned = .now
            state.isScanning = false
        }
    }
}
