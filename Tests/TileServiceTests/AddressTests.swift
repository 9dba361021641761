import Testing
import TileService

@Suite("Paths and names in addresses")
struct AddressTests {
    @Test("are taken apart name by name")
    func names() throws {
        #expect(try RequestPath("/zarr/a%20b.zarr//0/c/").names == ["zarr", "a b.zarr", "0", "c"])
        #expect(try RequestPath("/").names == [])
        #expect(try RequestPath("/%C3%A9t%C3%A9").names == ["été"])
        #expect(try RequestPath("/a/").endsInSlash)
        #expect(try RequestPath("/.zattrs").names == [".zattrs"])
        #expect(try RequestPath("/...").names == ["..."])
    }

    @Test(
        "are refused where a name could lead elsewhere",
        arguments: [
            "/..", "/a/../b", "/%2e%2e/x", "/.%2E", "/%2E", "/a%2Fb", "/a%2fb", "/a%5cb", "/a\\b", "/a%00b", "/%0a",
            "/%7f", "/%c0%ae%c0%ae", "/%ff", "/%", "/%4", "/%zz", "/%c0%af", "/a%1b[31m",
            "/" + String(repeating: "a/", count: 65),
        ])
    func refusals(_ path: String) {
        #expect(throws: (any Error).self) { try RequestPath(path) }
    }

    @Test("of look-alikes stay what they are: no letter that looks like a dot or a slash is one")
    func lookalikes() throws {
        // Full-width full stops and solidus, one dot leader, fraction slash.
        for name in ["\u{FF0E}\u{FF0E}", "\u{2024}\u{2024}", "a\u{2044}b", "a\u{FF0F}b", ".\u{338}"] {
            #expect(try RequestPath("/" + Percent.encoded(name)).names == [name])
        }
    }

    @Test("come back from percent-encoding")
    func percent() throws {
        for name in ["a", "a b", "%", "100%~é", "#?&=+", "\u{1F52C}"] {
            let encoded = Percent.encoded(name)
            #expect(Percent.decoded(encoded.utf8).map { String(decoding: $0, as: UTF8.self) } == name)
            #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        }
    }

    @Test("of images stand for paths, and only for one")
    func ids() {
        let paths = [
            ["a"], ["a", "b"], ["a~b"], ["a", "~b"], ["a~", "b"], ["~"], ["~~", "~"], ["x.ome.tif", "0"], ["!"],
            ["a!", "b"],
            ["a", "!b"], ["!~", "~!"], ["a!~b"],
        ]
        let ids = paths.map(ImageID.text)
        #expect(Set(ids).count == paths.count)
        #expect(ids[1] == "a~b" && ids[2] == "a!~b")
        for (path, id) in zip(paths, ids) { #expect(ImageID.names(id) == path, "\(id)") }
        #expect(ImageID.cuts("a~b!~c~d").map { "a~b!~c~d"[..<$0] } == ["a~b!~c", "a"])
        #expect(ImageID.cuts("plain").isEmpty)
    }
}
