import TestSupport
import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Files in memory")
struct CachedFileTests {
    @Test("give their bytes, or nothing at all")
    func read() throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/a", bytes = (0..<100_000).map { UInt8($0 % 251) }
            try TemporaryFolder.write(bytes, path)
            // Other systems, and file systems that are not asked, say nothing: then there is nothing to compare.
            guard let descriptor = CachedFile.open(path) else { return }
            defer { close(descriptor) }
            for range in [0..<100_000, 0..<1, 4095..<4097, 99_999..<100_000] {
                var room = [UInt8](repeating: 0, count: range.count)
                let isThere = room.withUnsafeMutableBytes {
                    CachedFile.read(descriptor, at: range.lowerBound, into: $0)
                }
                #expect(!isThere || room == Array(bytes[range]))
            }
            var room = [UInt8](repeating: 0, count: 2)
            let isBeyond = room.withUnsafeMutableBytes { CachedFile.read(descriptor, at: 99_999, into: $0) }
            #expect(!isBeyond)
        }
    }

    @Test("are not there where no file is")
    func absent() throws {
        try TemporaryFolder.with { folder in
            #expect(CachedFile.open(folder + "/none") == nil)
        }
    }
}
