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
            #expect(document.flavour == "OME-TIFF" && document.omeXML?.starts(with: "<?xml".utf8) == true)
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

    /// Opens a file and reads its pixels if there are few; nil unless that ends with an error.
    private func attempt(_ pixels: String) throws -> TiffError? {
        try TemporaryFolder.with { try attempt(pixels, $0 + "/test.tif") }
    }

    private func attempt(_ pixels: String, _ path: String) throws -> TiffError? {
        try TemporaryFolder.write(file(pixels).bytes, path)
        do {
            for image in try TiffDocument.open(path: path).series {
                let description = image.description
                let numbers = description.levels.flatMap { $0.scale + $0.translation }
                #expect(numbers.allSatisfy(\.isFinite) && description.shape.allSatisfy { $0 > 0 }, "\(pixels)")
                guard description.shape.reduce(1.0, { $0 * Double($1) }) < 1e6 else { continue }
                _ = try image.read(Region(wholeOf: description.shape))
            }
            return nil
        } catch let error as TiffError {
            #expect(!error.message.isEmpty, "\(pixels)")
            return error
        }
    }

    @Test("any number in any attribute, and the extremes in any two, end with pixels or an error")
    func extremeNumbers() throws {
        let elements = [
            ("Pixels", ["SizeX", "SizeY", "SizeZ", "SizeC", "SizeT"]),
            ("Pixels", ["PhysicalSizeX", "PhysicalSizeY", "PhysicalSizeZ", "TimeIncrement"]),
            ("Channel", ["SamplesPerPixel", "Color", "EmissionWavelength", "ExcitationWavelength"]),
            ("TiffData", ["IFD", "PlaneCount", "FirstZ", "FirstC", "FirstT"]),
        ]
        let places = elements.flatMap { element, names in names.map { (element: element, name: $0) } }
        let extremes = ["0", "\(Int.min)", "\(Int.max)"], values = extremes + ["-1", "1e30", "abc", ""]
        let standard = ["SizeX": "1", "SizeY": "1", "SizeZ": "3", "SizeC": "2", "SizeT": "1"]
        func pixels(_ changes: [String: String]) -> String {
            let given = standard.merging(changes) { $1 }
            func attributes(_ element: String) -> String {
                places.compactMap { place in
                    place.element == element ? given[place.name].map { "\(place.name)=\"\($0)\"" } : nil
                }.joined(separator: " ")
            }
            return "<Pixels DimensionOrder=\"XYZCT\" \(attributes("Pixels"))><Channel \(attributes("Channel"))/>"
                + "<TiffData \(attributes("TiffData"))/></Pixels>"
        }
        var tried = 0
        // One path for all: making folders would take longer than the test.
        try TemporaryFolder.with { folder in
            for first in places.indices {
                for second in first..<places.count {
                    for value in second == first ? values : extremes {
                        for other in second == first ? [value] : extremes {
                            let changes = [places[first].name: value].merging([places[second].name: other]) { $1 }
                            _ = try attempt(pixels(changes), folder + "/test.tif")
                            tried += 1
                        }
                    }
                }
            }
        }
        #expect(tried == 18 * 7 + 18 * 17 / 2 * 9)
    }

    @Test("samples a pixel cannot hide more planes than allowed", arguments: [65_536, 1 << 40, Int.max])
    func hiddenPlanes(channels: Int) throws {
        let error = try attempt(
            "<Pixels DimensionOrder=\"XYZCT\" SizeX=\"1\" SizeY=\"1\" SizeZ=\"1000\" SizeC=\"\(channels)\" SizeT=\"1\">"
                + "<Channel SamplesPerPixel=\"\(channels)\"/><TiffData/></Pixels>")
        #expect(error?.code == .limitExceeded && error?.message.contains("ImageDescription (tag 270)") == true)
    }

    @Test("channels have a limit of their own")
    func channelLimit() throws {
        func pixels(_ channels: Int) -> String {
            "<Pixels DimensionOrder=\"XYZCT\" SizeX=\"1\" SizeY=\"1\" SizeZ=\"1\" SizeC=\"\(channels)\" SizeT=\"1\"/>"
        }
        #expect(try attempt(pixels(65_536)) == nil)
        let error = try attempt(pixels(65_537))
        #expect(error?.code == .limitExceeded && error?.message.contains("65537 channels of 1 samples") == true)
        try file(pixels(6)).withFile { path in
            var limits = TiffLimits()
            limits.channels = 5
            #expect(throws: TiffError.self) { try TiffDocument.open(path: path, limits: limits) }
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
