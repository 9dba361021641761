import OMEZarr
import Synchronization
import TiffIngest
import Zarr

/// An item whose documents have been read.
final class OpenedItem: Sendable {
    enum Contents: Sendable {
        /// A hierarchy, and where it begins in its store.
        case zarr(any ReadableStore, StoreKey)
        case tiff(TiffDocument)
    }

    let item: LibraryItem
    let version: FileVersion
    let contents: Contents
    /// Where the images of a file would lie; nil for a hierarchy, in which they lie somewhere.
    let layout: DocumentLayout?

    fileprivate init(_ item: LibraryItem, _ version: FileVersion) throws {
        self.item = item
        self.version = version
        // A link may have taken its place since it was found.
        guard ServedRoot.resolved(item.path) == item.path else {
            throw ServiceError.notFound("\"\(item.id)\" is not there any more")
        }
        switch item.kind {
        case .zarr:
            let store = try DirectoryStore(path: item.path, create: false).confined(to: item.root.place)
            (contents, layout) = (.zarr(store, .root), nil)
        case .archive:
            let store = try ZipStore(path: item.path)
            let root = item.path.lowercased().hasSuffix(".ozx") ? .root : try store.hierarchyKey()
            (contents, layout) = (.zarr(store, root), nil)
        case .tiff:
            let document = try TiffDocument.open(path: item.path, within: item.root.fence)
            (contents, layout) = (.tiff(document), try DocumentLayout(document))
        }
    }
}

/// The items opened last. Each is opened once, however many ask, and again when it has changed.
final class OpenedItems: Sendable {
    /// Each may hold a directory of a million pages.
    private static let limit = 64

    private struct State {
        var slots = [String: (item: Slot, lastUse: UInt64)]()
        var clock: UInt64 = 0
    }

    /// One item being opened, or opened: whoever comes second waits. What fails is tried again when it was a while ago:
    /// permissions and networks come back without the file's having changed.
    private final class Slot: Sendable {
        let version: FileVersion
        private let value = Mutex<(result: Result<OpenedItem, any Error>, time: ContinuousClock.Instant)?>(nil)

        private static let retryInterval = Duration.seconds(1)

        init(_ version: FileVersion) { self.version = version }

        func get(_ item: LibraryItem) throws -> OpenedItem {
            try value.withLock { value in
                if let (result, time) = value {
                    if case .success(let opened) = result { return opened }
                    if ContinuousClock.now - time < Self.retryInterval { return try result.get() }
                }
                let result = Result { try OpenedItem(item, version) }
                value = (result, .now)
                return try result.get()
            }
        }
    }

    private let state = Mutex(State())

    /// - Throws: ``ServiceError`` with status 404 where the item is gone; what opening it throws.
    func open(_ item: LibraryItem) throws -> OpenedItem {
        guard let version = item.version else {
            throw ServiceError.notFound("\"\(item.id)\" is not there any more")
        }
        let slot = state.withLock { state in
            state.clock += 1
            if let known = state.slots[item.id], known.item.version == version {
                state.slots[item.id]?.lastUse = state.clock
                return known.item
            }
            let slot = Slot(version)
            state.slots[item.id] = (slot, state.clock)
            if state.slots.count > Self.limit, let oldest = state.slots.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.slots[oldest.key] = nil
            }
            return slot
        }
        return try slot.get(item)
    }
}
