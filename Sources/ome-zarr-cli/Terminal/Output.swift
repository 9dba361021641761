import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where results and messages go: results to standard output, everything else to standard error.
///
/// Swift 6 has no safe name for C's `stdout`; writing to descriptors also shows when a reader has gone. A descriptor
/// that failed once is not written to again, and the command goes on: what it makes may be a folder.
enum Output {
    /// The `errno` that stopped each descriptor; 0 while it works.
    private static let resultFailure = Atomic<Int32>(0)
    private static let noteFailure = Atomic<Int32>(0)

    /// The end of a command that has nothing left to do: whoever read its result does so no longer.
    struct Stopped: Error {}

    /// Prints a line of the result. Whatever names of a file's stand in it, no command for the terminal does.
    static func line(_ text: String = "") { write(VisibleText.lines(text, colors: isColored(1)) + "\n", to: 1) }

    /// Prints a line that is not part of the result, likewise.
    static func note(_ text: String) { write(VisibleText.lines(text, colors: false) + "\n", to: 2) }

    /// Writes bytes of the result.
    ///
    /// - Throws: ``Stopped`` where nobody takes them any more.
    static func bytes(_ bytes: UnsafeRawBufferPointer) throws {
        write(bytes, to: 1)
        if failure(of: 1) != 0 { throw Stopped() }
    }

    /// Why the result did not arrive; nil where it did, and where its reader left because it had seen enough, as in
    /// `ome-zarr info x | head -1`.
    static var failure: String? {
        let code = failure(of: 1)
        return code == 0 || code == EPIPE ? nil : "cannot write to standard output: \(String(cString: strerror(code)))"
    }

    /// Writes text without a line end to a descriptor.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    /// True where a person reads the descriptor.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// True where text may be coloured: on a terminal, and unless NO_COLOR is set (no-color.org).
    static func isColored(_ descriptor: Int32) -> Bool {
        let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        return isTerminal(descriptor) && !refused
    }

    /// Lets writes to a closed pipe, or beyond the size that files may have, fail instead of killing the process.
    static func surviveFailedWrites() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    private static func failure(of descriptor: Int32) -> Int32 {
        descriptor == 1 ? resultFailure.load(ordering: .relaxed) : noteFailure.load(ordering: .relaxed)
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        guard failure(of: descriptor) == 0 else { return }
        while let base = rest.baseAddress, !rest.isEmpty {
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, base, rest.count)
            #else
                let count = Darwin.write(descriptor, base, rest.count)
            #endif
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                if descriptor == 1 { resultFailure.store(code, ordering: .relaxed) }
                if descriptor == 2 { noteFailure.store(code, ordering: .relaxed) }
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
