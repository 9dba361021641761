import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The user's wish to stop: Ctrl-C, a termination signal or a closed terminal, noticed between two blocks of work.
///
/// The first signal lets the work clean up after itself; a second one ends the process at once.
struct Interruption: Error {
    private static let isWished = Atomic<Bool>(false)

    /// Starts to listen. Commands that leave nothing behind need not.
    static func listen() {
        _ = isWished.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let before = signal(number) { number in
                Interruption.isWished.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
            // Under nohup the closed terminal is no reason to stop.
            let wasIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
            if number == SIGHUP && wasIgnored { signal(number, SIG_IGN) }
        }
    }

    /// True after a signal.
    static var isRequested: Bool { isWished.load(ordering: .relaxed) }

    /// - Throws: ``Interruption`` after a signal.
    static func check() throws {
        if isRequested { throw Interruption() }
    }
}
