import Testing
import Zarr

struct StoreKeyTests {
    @Test(
        "a key that could leave its store cannot be built",
        arguments: [
            "..", "a/../b", "/a", "a/", "a//b", ".", "a/.", "a\\b", "a\0b", "../\u{301}a", "\u{301}/../\u{301}",
        ])
    func refusesEscapes(path: String) {
        #expect { try StoreKey(path) } throws: { ($0 as? ZarrError)?.code == .invalidCall }
        #expect(throws: ZarrError.self) { try StoreKey("x").appending(path) }
    }

    @Test("a key knows its parent and its name by bytes")
    func parts() throws {
        let key = try StoreKey("a/\u{301}b/c")
        #expect(key.name == "c")
        #expect(try key.parent == StoreKey("a/\u{301}b"))
        #expect(try key.parent?.parent == StoreKey("a"))
        #expect(try StoreKey("a").parent == .root)
    }
}
