import OMEZarr
import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Zipped OME-Zarr against the cases of ozx-tck")
struct OZXRulesTests {
    private static func findings(_ path: String) throws -> [Finding] {
        OZXRules.findings(of: try ZipStore(path: "\(Fixtures.root)/ozx-tck/\(path)"))
    }

    @Test("the valid archive has no finding", .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func valid() throws {
        #expect(try Self.findings("valid/valid.ozx") == [])
    }

    @Test(
        "archives against the recommendations are read with one warning, for the reason in their name",
        .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: [
            ("compressed.ozx", "compressed"), ("missingcomment.ozx", "no comment"), ("notozx.zip", "end in .ozx"),
            ("notzip64.ozx", "ZIP64"), ("unsorted.ozx", "do not come first"),
        ])
    func warnings(name: String, reason: String) throws {
        let findings = try Self.findings("warn/\(name)")
        #expect(findings.map(\.severity) == [.warning] && findings.map(\.rule) == [79])
        #expect(findings.allSatisfy { $0.message.contains(reason) })
        let store = try ZipStore(path: "\(Fixtures.root)/ozx-tck/warn/\(name)")
        #expect(try OMEZarrImage.open(store).description.levels.count == 3)
        for entry in store.entries { #expect(try store.read(entry.key)?.count == entry.size) }
    }

    @Test(
        "archives against the rules have an error, for the reason in their name",
        .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: [
            ("misleadingsort.ozx", 80, "jsonFirst"), ("ozxinozx.ozx", 78, "inside another"),
            ("rootnotzarr.ozx", 78, "no zarr.json at the root"),
        ])
    func errors(name: String, rule: Int, reason: String) throws {
        let errors = try Self.findings("error/\(name)").filter { $0.severity == .error }
        #expect(errors.map(\.rule) == [rule])
        #expect(errors.allSatisfy { $0.message.contains(reason) })
    }

    @Test("what is written with the comment has no finding", .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func written() throws {
        let path = "/tmp/ozx-rules-tests-\(getpid()).ozx"
        defer { unlink(path) }
        let source = try Fixtures.store("neuroglancer/testdata/datasource/zarr/ome_zarr/simple_0.5")
        let writer = try ZipWriter(path: path)
        func copy(_ key: StoreKey) throws {
            // Documents first, so that room is kept for the rest of them.
            for name in try source.list(key).reversed() {
                let below = try key.appending(name)
                if let bytes = try source.read(below) { try writer.write(below, bytes) } else { try copy(below) }
            }
        }
        try copy(.root)
        try writer.finish(comment: OZXRules.comment(.v05))
        let store = try ZipStore(path: path)
        #expect(OZXRules.findings(of: store) == [])
        #expect(try OMEZarrValidator.validate(store) == OMEZarrValidator.validate(source))
    }
}
