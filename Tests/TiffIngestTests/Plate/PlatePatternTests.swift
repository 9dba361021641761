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
}
