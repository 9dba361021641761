import Testing
import TiffIngest

@Suite("How the files of a plate are named")
struct PlatePatternTests {
    private func match(_ pattern: String, _ name: String) throws -> [String: String]? {
        try PlatePattern(pattern).match(name).map { parts in
            Dictionary(uniqueKeysWithValues: parts.map { ($0.key.rawValue, $0.value) })
        }
    }

    @Test("placeholders take what they stand for, and no more than lets the rest fit")
    func placeholders() throws {
        #expect(try match("{well}.tif", "B03.TIF") == ["well": "B03"])
        #expect(try match("{row}{column}.tif", "AF48.tif") == ["row": "AF", "column": "48"])
        #expect(try match("r{row}c{column}.tif", "r01c012.tif") == ["row": "01", "column": "012"])
        #expect(try match("{row}{column}{field}.tif", "A123.tif") == ["row": "A", "column": "12", "field": "3"])
        #expect(try match("*_{well}_w{channel}.tif", "a_b_A1_wDAPI-2.tif") == ["well": "A1", "channel": "DAPI-2"])
        #expect(try match("*{well}*", "xA1y") == ["well": "A1"])
        #expect(
            try match("t{t}/{well}_z{z}_{acquisition}.tif", "t3/A1_z007_x.tif")
                == ["t": "3", "well": "A1", "z": "007", "acquisition": "x"])
    }

    @Test("names that differ do not fit")
    func misfits() throws {
        for (pattern, name) in [
            ("{well}.tif", "B.tif"), ("{well}.tif", "3.tif"), ("{well}.tif", "ABC1.tif"), ("{well}.tif", "B03.tiff"),
            ("{well}.tif", "1B03.tif"), ("{well}_{field}.tif", "B03_a.tif"), ("*_{well}.tif", "a/b_A1.tif"),
            ("{well}", ""), ("{row}-{column}", "A-"),
        ] { #expect(try match(pattern, name) == nil, "\(name)") }
    }

    @Test("a pattern that cannot tell wells, or has what nobody knows, is refused")
    func refusals() {
        for pattern in ["", "*.tif", "{row}", "{well}{row}{column}", "{well", "{well}{x}", "{well}{z}{z}", "{}{well}"] {
            #expect(throws: TiffError.self) { try PlatePattern(pattern) }
        }
        #expect(throws: TiffError.self) { try PlatePattern("{well}" + String(repeating: "*a", count: 9)) }
    }

    @Test("the common patterns are all sound, and hostile names end soon")
    func common() throws {
        #expect(PlatePattern.common.count == 14)
        let long = String(repeating: "A1_s1_w1_", count: 28)
        for pattern in PlatePattern.common { #expect(pattern.match(long) == nil) }
        #expect(try match("*a*a*a*a*a*a*a{well}", String(repeating: "a", count: 60)) == nil)
    }

    /// A name of every convention that the help of `--plate` lists, and what it says.
    private static let names: [(String, [String: String])] = [
        (
            "r01c02f03p04-ch5sk6fk1fl1.tiff",
            ["row": "01", "column": "02", "field": "03", "z": "04", "channel": "5", "t": "6"]
        ),
        (
            "W1_B02_T0001F003L001A01Z04C05.tif",
            ["well": "B02", "t": "0001", "field": "003", "z": "04", "channel": "05"]
        ),
        ("A - 1(fld 2 wv DAPI - Cy3).tif", ["row": "A", "column": "1", "field": "2", "channel": "DAPI"]),
        ("A - 1(fld 2 wv DAPI).tif", ["row": "A", "column": "1", "field": "2", "channel": "DAPI"]),
        ("exp_A01_s2_w3.tif", ["well": "A01", "field": "2", "channel": "3"]),
        ("exp_A01_s2.tif", ["well": "A01", "field": "2"]), ("exp_A01_w3.tif", ["well": "A01", "channel": "3"]),
        ("S1_A01_s2_w3.tif", ["well": "A01", "field": "2", "channel": "3"]),
        ("A01_s2_w3.tif", ["well": "A01", "field": "2", "channel": "3"]),
        ("A01_s2.tif", ["well": "A01", "field": "2"]),
        ("A01_w3.tif", ["well": "A01", "channel": "3"]), ("A01_f2.tif", ["well": "A01", "field": "2"]),
        ("A01_2.tif", ["well": "A01", "field": "2"]), ("A01.tif", ["well": "A01"]), ("A01.ome.tif", ["well": "A01"]),
    ]

    @Test("each common name is read by its own convention, whatever the others would make of it", arguments: names)
    func conventions(_ name: String, _ parts: [String: String]) throws {
        let pattern = try #require(PlatePattern.common.first { $0.match(name) != nil })
        #expect(try match(pattern.description, name) == parts, "\(pattern)")
    }

    @Test("patterns that fit exactly come before those with *")
    func order() {
        let starred = PlatePattern.common.map { $0.description.contains("*") }
        #expect(starred == starred.filter { !$0 } + starred.filter { $0 })
    }
}
