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

    @Test("a file that becomes shorter while it is read is said to")
    func shrinking() throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/a.tif"
            try TemporaryFolder.write([UInt8](repeating: 1, count: 1000), path)
            let file = try TiffFile(path: path)
            #expect(truncate(path, 600) == 0)
            var bytes = [UInt8](repeating: 0, count: 1000)
            let error = #expect(throws: TiffError.self) {
                try bytes.withUnsafeMutableBytes { raw in
                    if let base = raw.baseAddress { try file.read(500, at: 300, into: base) }
                }
            }
            #expect(error?.code == .damaged && error?.path == path)
            #expect(error?.message.contains("it had 1000 bytes, and now ends before byte 600") == true)
        }
    }
}
