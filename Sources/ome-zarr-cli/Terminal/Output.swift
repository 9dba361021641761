#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where results and messages go: results to standard output, everything else to standard error.
///
/// Swift 6 has no safe name for C's `stdout`; writing to descriptors also shows when a reader has gone.
enum Output {
    /// Prints a line of the result.
    static func line(_ text: String = "") { write(text + "\n", to: 1) }

    /// Prints a line that is not part of the result.
    static func note(_ text: String) { write(text + "\n", to: 2) }

    /// Writes bytes of the result.
    static func bytes(_ bytes: UnsafeRawBufferPointer) { write(bytes, to: 1) }

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

    /// Lets writes to a closed pipe fail instead of killing the process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, base, rest.count)
            #else
                let count = Darwin.write(descriptor, base, rest.count)
            #endif
            if count < 0 {
                if errno == EINTR { continue }
                // Whoever read us has seen enough: `ome-zarr info x | head -1` is a success.
                if errno == EPIPE { exit(ExitStatus.done.rawValue) }
                if descriptor == 1 {
                    let reason = String(cString: strerror(errno))
                    write("ome-zarr: error: cannot write to standard output: \(reason)\n", to: 2)
                    exit(ExitStatus.failed.rawValue)
                }
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
