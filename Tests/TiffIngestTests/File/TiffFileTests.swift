#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Testing
import TiffIngest

@Suite("Files")
struct TiffFileTests {
    @Test("what cannot be read by position is refused at once, and named", .timeLimit(.minutes(1)))
    func noFiles() throws {
        try TemporaryFolder.with { folder in
            #expect(mkfifo(folder + "/pipe.tif", 0o600) == 0)
            for (path, name) in [
                (folder + "/pipe.tif", "is a pipe"), (folder, "is a directory"), ("/dev/null", "another device"),
            ] {
                let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
                #expect(error?.code == .ioFailure && error?.path == path && error?.errno != nil)
                #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
            }
        }
    }
}
