import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The user's wish to stop: Ctrl-C or a termination signal, noticed between two blocks of work.
///
/// The first signal lets the work clean up after itself; a second one ends the process at once.
struct Interruption: Error {
    private static let isWished = Atomic<Bool>(false)

    /// Starts to listen. Commands that leave nothing behind need not.
    static func listen() {
        _ = isWished.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.isWished.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// True after a signal.
    static var isRequested: Bool { isWished.load(ordering: .relaxed) }

    /// - Throws: ``Interruption`` after a signal.
    static func check() throws {
        if isRequested { throw Interruption() }
    }
}
