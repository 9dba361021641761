import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("OME-TIFF")
struct OMETiffTests {
    /// Six pages of one pixel, 0 to 5, described by a Pixels element with these attributes and children.
    private func file(_ pixels: String, pages: Int = 6, first: UInt8 = 0, root: String = "") -> TiffBuilder {
        var builder = TiffBuilder()
        let text = "<?xml version=\"1.0\"?><OME \(root)><Image ID=\"I\" Name=\"six\">\(pixels)</Image></OME>"
        let data = builder.add((0..<pages).map { first + UInt8($0) })
        var last: (place: Int, entries: Int)?
        for page in 0..<pages {
            let tags = TiffBuilder.grey(
                width: 1, height: 1, offset: data + page, extra: page == 0 ? [.text(270, text)] : [])
            let place = builder.add(tags)
            if let last { builder.link(last.place, entries: last.entries, to: place) } else { builder.setFirst(place) }
            last = (place, tags.count)
        }
        return builder
    }

    /// The pixels in C order of t, c, z, and the warnings.
    private func read(_ pixels: String, pages: Int = 6) throws -> (bytes: [UInt8], axes: [String], warnings: [String]) {
        try file(pixels, pages: pages).withFile { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.flavour == "OME-TIFF" && document.omeXML?.hasPrefix("<?xml") == true)
            let image = document.series[0]
            let buffer = try image.read(Region(wholeOf: image.description.shape))
            return (buffer.bytes, image.description.axes.map(\.name), document.warnings)
        }
    }

    private let sizes = "SizeX=\"1\" SizeY=\"1\" SizeZ=\"3\" SizeC=\"2\" SizeT=\"1\" Type=\"uint8\""

    @Test("pages follow DimensionOrder")
    func dimensionOrder() throws {
        let zFirst = try read("<Pixels DimensionOrder=\"XYZCT\" \(sizes)><TiffData/></Pixels>")
        #expect(zFirst.bytes == [0, 1, 2, 3, 4, 5] && zFirst.axes == ["c", "z", "y", "x"] && zFirst.warnings == [])
        let cFirst = try read("<Pixels DimensionOrder=\"XYCZT\" \(sizes)><TiffData/></Pixels>")
        #expect(cFirst.bytes == [0, 2, 4, 1, 3, 5])
    }

    @Test("TiffData without PlaneCount is one plane if it names an IFD, else all pages")
    func planeCount() throws {
        let one = try read("<Pixels DimensionOrder=\"XYZCT\" \(sizes)><TiffData IFD=\"3\"/></Pixels>")
        #expect(one.bytes == [3, 0, 0, 0, 0, 0] && one.warnings.contains { $0.hasPrefix("5 of 6 planes are missing") })
        let part = try read(
            "<Pixels DimensionOrder=\"XYZCT\" \(sizes)><TiffData IFD=\"1\" FirstC=\"1\" PlaneCount=\"3\"/></Pixels>")
        #expect(part.bytes == [0, 0, 0, 1, 2, 3])
        let none = try read("<Pixels DimensionOrder=\"XYZCT\" \(sizes)/>")
        #expect(none.bytes == [0, 1, 2, 3, 4, 5])
    }

    @Test("indices counted from one are recognised, impossible ones ignored")
    func indices() throws {
        var data = ""
        for c in 1...2 {
            for z in 1...3 {
                data +=
                    "<TiffData IFD=\"\(3 * (c - 1) + z - 1)\" FirstZ=\"\(z)\" FirstC=\"\(c)\" FirstT=\"1\" PlaneCount=\"1\"/>"
            }
        }
        #expect(try read("<Pixels DimensionOrder=\"XYZCT\" \(sizes)>\(data)</Pixels>").bytes == [0, 1, 2, 3, 4, 5])
        let outside = try read(
            "<Pixels DimensionOrder=\"XYZCT\" \(sizes)><TiffData IFD=\"2\" FirstZ=\"0\" PlaneCount=\"1\"/>"
                + "<TiffData IFD=\"1\" FirstZ=\"7\" PlaneCount=\"1\"/>"
                + "<TiffData IFD=\"1\" FirstC=\"-9223372036854775808\" PlaneCount=\"1\"/></Pixels>")
        #expect(outside.bytes == [2, 0, 0, 0, 0, 0])
        #expect(outside.warnings.contains { $0.hasPrefix("2 TiffData elements") })
    }

    @Test("numbers beyond reason end with an error or plain pages")
    func hostile() throws {
        for attributes in [
            "SizeX=\"1\" SizeY=\"1\" SizeZ=\"9223372036854775807\" SizeC=\"2\" SizeT=\"1\"",
            "SizeX=\"1\" SizeY=\"1\" SizeZ=\"-1\" SizeC=\"2\" SizeT=\"1\"",
            "SizeX=\"1\" SizeY=\"1\" SizeZ=\"0\" SizeC=\"0\" SizeT=\"0\"",
            "SizeX=\"5\" SizeY=\"1\" SizeZ=\"1\" SizeC=\"1\" SizeT=\"1\"",
        ] {
            try file("<Pixels DimensionOrder=\"XYZCT\" \(attributes)><TiffData/></Pixels>").withFile { path in
                let document = try TiffDocument.open(path: path)
                #expect(document.flavour == "TIFF" && document.series[0].description.shape == [6, 1, 1])
                #expect(!document.warnings.isEmpty)
            }
        }
        let many = "SizeX=\"1\" SizeY=\"1\" SizeZ=\"100000000\" SizeC=\"1\" SizeT=\"1\""
        try file("<Pixels DimensionOrder=\"XYZCT\" \(many)><TiffData/></Pixels>").withFile { path in
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
            #expect(error?.code == .limitExceeded)
        }
        let order = "DimensionOrder=\"XYZZT\" \(sizes)"
        try file("<Pixels \(order)><TiffData/></Pixels>").withFile { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.flavour == "TIFF")
        }
        #expect(throws: Never.self) {
            let ifd = "<TiffData IFD=\"9223372036854775807\" PlaneCount=\"9223372036854775807\"/>"
            try file("<Pixels DimensionOrder=\"XYZCT\" \(sizes)><TiffData/>\(ifd)</Pixels>").withFile {
                _ = try TiffDocument.open(path: $0)
            }
        }
    }

    @Test("two files by name, a missing one and one outside the folder")
    func files() throws {
        try TemporaryFolder.with { folder in
            func data(_ ifd: Int, _ z: Int, _ uuid: Int, _ name: String) -> String {
                "<TiffData IFD=\"\(ifd)\" FirstZ=\"\(z)\" PlaneCount=\"1\"><UUID FileName=\"\(name)\">urn:uuid:\(uuid)</UUID></TiffData>"
            }
            let sizes = "SizeX=\"1\" SizeY=\"1\" SizeZ=\"4\" SizeC=\"1\" SizeT=\"1\""
            let planes =
                data(1, 0, 1, "a.tif") + data(0, 1, 2, "b.tif") + data(0, 2, 3, "c.tif") + data(0, 3, 4, "../d.tif")
            let pixels = "<Pixels DimensionOrder=\"XYZCT\" \(sizes)>\(planes)</Pixels>"
            try TemporaryFolder.write(file(pixels, pages: 2, first: 10).bytes, folder + "/a.tif")
            try TemporaryFolder.write(file(pixels, pages: 2, first: 20).bytes, folder + "/b.tif")
            for name in ["a.tif", "b.tif"] {
                let document = try TiffDocument.open(path: folder + "/" + name)
                #expect(document.fileCount == 2)
                let buffer = try document.series[0].read(Region(wholeOf: [4, 1, 1]))
                #expect(buffer.bytes == [11, 20, 0, 0])
                #expect(document.warnings.contains { $0.contains("'c.tif' cannot be read") })
                #expect(document.warnings.contains { $0.contains("'../d.tif' lies outside") })
            }
        }
    }

    @Test("physical sizes, times, names and colours reach the description")
    func meaning() throws {
        let attributes = """
            PhysicalSizeX="0.25" PhysicalSizeXUnit="nm" PhysicalSizeY="0.5" PhysicalSizeZ="2" TimeIncrement="3" TimeIncrementUnit="ms"
            """
        let channels = "<Channel Name=\"DAPI\" Color=\"65535\" ExcitationWavelength=\"405\"/>"
        let pixels = """
            <Pixels DimensionOrder="XYZCT" SizeX="1" SizeY="1" SizeZ="2" SizeC="1" SizeT="3" \(attributes)>\(channels)<TiffData/></Pixels>
            """
        try file(pixels).withFile { path in
            let description = try TiffDocument.open(path: path).series[0].description
            #expect(description.name == "six")
            #expect(
                description.axes == [
                    .t(unit: "millisecond", spacing: 3), .c, .space("z", unit: "micrometer", spacing: 2),
                    .space("y", unit: "micrometer", spacing: 0.5), .space("x", unit: "nanometer", spacing: 0.25),
                ])
            #expect(description.shape == [3, 1, 2, 1, 1])
            let blue = Channel.Color(red: 0, green: 0, blue: 255)
            #expect(description.channels == [Channel(name: "DAPI", color: blue, excitationWavelength: 405)])
        }
    }
}
