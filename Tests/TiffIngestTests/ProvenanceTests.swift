import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("Where an image comes from")
struct ProvenanceTests {
    /// A grey image of 2 x 2 with more tags, as its provenance.
    private func provenance(_ extra: [TiffBuilder.Entry], isBigEndian: Bool = false) throws -> JSONValue {
        var builder = TiffBuilder(isBigEndian: isBigEndian)
        let data = builder.add([1, 2, 3, 4])
        builder.setFirst(builder.add(TiffBuilder.grey(width: 2, height: 2, offset: data, extra: extra)))
        return try builder.withFile("cells.tif") { try #require(try TiffDocument.open(path: $0).series[0].provenance) }
    }

    @Test("tags are kept by their names, those that say how pixels lie are not", arguments: [false, true])
    func tags(isBigEndian: Bool) throws {
        let record = try provenance(
            [
                .text(270, "a slide"), .text(305, "Microscope 3"), .text(306, "2026:11:22 10:00:00"),
                .text(65000, "own"),
                TiffBuilder.Entry(
                    tag: 282, type: 5, values: [3 | 2 << 32].map { isBigEndian ? $0 << 32 | $0 >> 32 : $0 }),
                TiffBuilder.Entry(tag: 33550, type: 12, values: [1.5, 2, 0].map(\.bitPattern)),
                TiffBuilder.Entry(tag: 65001, type: 8, values: [0xFFFE]), .short(65002, 7, 8),
                TiffBuilder.Entry(tag: 34675, type: 7, values: [0, 1, 2]),
            ], isBigEndian: isBigEndian)
        #expect(
            record == [
                "format": "TIFF",
                "tags": [
                    "ImageDescription": "a slide", "XResolution": 1.5, "Software": "Microscope 3",
                    "DateTime": "2026:11:22 10:00:00", "ModelPixelScale": [1.5, 2.0, 0.0],
                    "ICCProfile": ["base64": "AAEC"], "65000": "own", "65001": -2, "65002": [7, 8],
                ],
            ])
    }

    @Test("long values are cut, and say how long they were")
    func long() throws {
        let record = try provenance([
            .text(270, String(repeating: "µ", count: 40_000)),
            TiffBuilder.Entry(tag: 65000, type: 7, values: [UInt64](repeating: 0, count: 70_000)),
            TiffBuilder.Entry(tag: 65001, type: 3, values: [UInt64](repeating: 1, count: 1025)),
        ])
        let tags = try #require(record["tags"])
        #expect(tags["ImageDescription"]?["bytes"] == 80_001)
        let text = try #require(tags["ImageDescription"]?["text"]?.string)
        #expect(text.allSatisfy { $0 == "µ" } && (32_765...32_768).contains(text.count))
        #expect(tags["65000"] == ["bytes": 70_000] && tags["65001"] == ["bytes": 2050])
    }

    @Test("however many long tags there are, a megabyte of them is kept")
    func budget() throws {
        let text = String(repeating: "x", count: 60_000)
        let tags = try #require(try provenance((0..<40).map { .text(65000 + $0, text) })["tags"]?.object)
        let kept = tags.reduce(0) { $0 + ($1.value.string ?? $1.value["text"]?.string ?? "").utf8.count }
        #expect(tags.count == 40 && (1_000_000...1 << 20).contains(kept))
        #expect(tags["65039"] == ["bytes": 60_001])
    }

    @Test("values outside the file and of no type are left out, not refused")
    func damaged() throws {
        var far = TiffBuilder.Entry.text(305, "far away")
        far.claimedCount = 1 << 30
        let record = try provenance([far, TiffBuilder.Entry(tag: 65000, type: 0, values: [])])
        #expect(record["tags"] == ["Software": ["bytes": 1_073_741_824]])
    }

    private func planes(_ sizes: String, _ planes: String) throws -> JSONValue? {
        let xml = """
            <OME><Image ID="I"><Pixels DimensionOrder="XYZCT" Type="uint8" SizeX="2" SizeY="2" \(sizes)>\
            <TiffData/>\(planes)</Pixels></Image></OME>
            """
        let record = try provenance([.text(270, xml)])
        #expect(record["tags"] == [:] && record["format"] == "OME-TIFF")
        return record["planes"]
    }

    @Test("times and positions of planes are arrays in the order of t, c, z")
    func planes() throws {
        let found = try planes(
            "SizeZ=\"2\" SizeC=\"1\" SizeT=\"2\"",
            """
            <Plane TheT="0" TheC="0" TheZ="0" DeltaT="0.5" DeltaTUnit="ms" PositionX="1e3" ExposureTime="2"/>
            <Plane TheT="1" TheC="0" TheZ="1" DeltaT="4" PositionX="nonsense" ExposureTime="2"/>
            <Plane TheT="1" TheC="0" TheZ="0" DeltaT="3" DeltaTUnit="s" ExposureTime="2"/>
            <Plane TheT="0" TheC="0" TheZ="1" ExposureTime="2"/><Plane TheT="9" TheC="-1" TheZ="0" DeltaT="8"/>
            """)
        #expect(
            found == [
                "axes": ["t", "c", "z"], "shape": [2, 1, 2], "DeltaT": [0.5, nil, 3.0, 4.0], "DeltaTUnit": "ms",
                "ExposureTime": 2.0, "ExposureTimeUnit": "s", "PositionX": [1000.0, nil, nil, nil],
                "PositionXUnit": "reference frame",
            ])
        #expect(try planes("SizeZ=\"1\" SizeC=\"1\" SizeT=\"1\"", "<Plane TheT=\"0\" TheC=\"0\" TheZ=\"0\"/>") == nil)
    }

    @Test("of more planes than a document should hold only their number is kept")
    func manyPlanes() throws {
        let found = try planes(
            "SizeZ=\"1\" SizeC=\"1\" SizeT=\"200000\"", "<Plane TheT=\"0\" TheC=\"0\" TheZ=\"0\" DeltaT=\"1\"/>")
        #expect(found == ["axes": ["t", "c", "z"], "shape": [200_000, 1, 1]])
    }

    @Test("every file of the corpus says where it comes from, in bounds", .enabled(if: SharedFiles.areThere))
    func corpus() throws {
        var imageJ = 0
        for row in try SharedFiles.table("corpus/INDEX.tsv") where CorpusTests.reasonOutOfScope(row) == nil {
            let name = row["file"] ?? ""
            let document = try TiffDocument.open(path: SharedFiles.folder + "/corpus/" + name)
            for image in document.series {
                let record = try #require(image.provenance)
                #expect(record["format"] == .string(document.flavour) && record["tags"]?.object != nil)
                #expect(record.serialized().count < 4 << 20, "\(name)")
                imageJ += record["imagej"] == nil ? 0 : 1
            }
        }
        print("provenance: \(imageJ) images with ImageJ's metadata")
        #expect(imageJ > 10)
    }
}
