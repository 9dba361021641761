import Synchronization

/// Pages that were read lately, shared by the readers of an image so that a table of offsets is parsed once.
final class PageCache: Sendable {
    private struct State {
        var pages: [PlaneLocation: Page] = [:]
        var cost = 0
    }
    private let state = Mutex(State())
    /// 64 MiB of tables: four million tiles. Beyond, everything is dropped, as reads move on from page to page.
    private static let mostBytes = 64 << 20

    func page(_ location: PlaneLocation) -> Page? { state.withLock { $0.pages[location] } }

    func insert(_ page: Page, _ location: PlaneLocation) {
        state.withLock {
            if $0.cost + page.cost > Self.mostBytes {
                $0.pages.removeAll()
                $0.cost = 0
            }
            if $0.pages.updateValue(page, forKey: location) == nil { $0.cost += page.cost }
        }
    }
}
