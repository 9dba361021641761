import ArgumentParser
import Pyramid

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much of the machine a command may use.
struct EffortOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Memory the work may take besides some 20 MB for the program, such as 512MB. By default a quarter of the machine's, at most 2GiB.",
            valueName: "size"))
    var memory: ByteCount?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads that work at once. By default as many as there are processors.", valueName: "count")
    )
    var threads: Int?

    func validate() throws {
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--threads must be from 1 to 1024")
        }
    }

    /// Bytes the work may take.
    var memoryBytes: Int { memory?.bytes ?? MemoryPlan.defaultLimit }

    /// As many threads as somebody asks for; as many as there are processors where nobody does.
    var threadCount: Int { threads ?? Self.processorCount }

    /// Processors that work.
    static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
