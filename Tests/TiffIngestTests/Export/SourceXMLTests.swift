import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("The OME-XML of an export")
struct SourceXMLTests {
    private static func pixels(
        _ id: Int, _ sizes: String, name: String = "test", channels: String = "<Channel/>", extra: String = ""
    ) -> String {
        """
        <Image ID="Image:\(id)" Name="\(name)"><Pixels DimensionOrder="XYCZT" Type="uint16" \(sizes) \
        PhysicalSizeX="0.5" PhysicalSizeY="0.5">\(channels)\
        <BinData>AA==</BinData></Pixels>\(extra)</Image>
        """
    }

    private static let plane = #"SizeX="50" SizeY="75" SizeZ="1" SizeC="1" SizeT="1""#
    private static let other = #"SizeX="7" SizeY="8" SizeZ="1" SizeC="1" SizeT="1""#
    private static let colours = #"SizeX="50" SizeY="75" SizeZ="1" SizeC="3" SizeT="1""#

    private static func export(
        _ images: [LevelledImage], _ xml: String, positions: OMETiffExport.Positions? = nil
    ) throws -> OMETiffExport {
        try OMETiffExport(
            images, OMETiffExportTests.options(), omeXML: Array(xml.utf8), positions: positions)
    }

    @Test("the document is kept to the letter but for the place of the pixels")
    func kept() throws {
        let notes = "<Description>µ &amp; more</Description>"
        let xml = "<OME UUID='urn:uuid:1'>\(Self.pixels(0, Self.plane, extra: notes))<ROI ID='ROI:0'/></OME>"
        let export = try Self.export([OMETiffExportTests.image("yx")], xml)
        #expect(
            export.omeXML
                == xml.replacing(" UUID='urn:uuid:1'", with: "").replacing("XYCZT", with: "XYZCT")
                .replacing("<BinData>AA==</BinData>", with: #"<TiffData IFD="0" PlaneCount="1"/>"#))
        #expect(export.warnings.isEmpty)
    }

    @Test("a document that is damaged or describes other images is written anew, with a warning")
    func anew() throws {
        for xml in ["", "<OME", "<OME></OME>", "<OME>\(Self.pixels(0, Self.other))</OME>", "\u{0}\u{1}"] {
            let export = try Self.export([OMETiffExportTests.image("yx")], xml)
            #expect(export.warnings.count == 1)
            #expect(export.omeXML.contains(#"Name="test""#))
        }
    }

    @Test("a document is kept only where its images are those of the input, in order; others are left out")
    func whole() throws {
        let xml = "<OME>\(Self.pixels(0, Self.plane, name: "a"))\(Self.pixels(1, Self.plane))</OME>"
        let image = OMETiffExportTests.image("yx", name: nil)
        let both = try Self.export([image, image], xml)
        #expect(both.warnings.isEmpty)
        #expect(both.omeXML.contains(#"<TiffData IFD="0" PlaneCount="1"/>"#))
        #expect(both.omeXML.contains(#"<TiffData IFD="1" PlaneCount="1"/>"#))
        #expect(both.omeXML.contains(#"Name="a""#))
        for (number, name) in [(0, "a"), (1, "test")] {
            let one = try Self.export([image], xml, positions: .init([number], of: 2))
            #expect(one.warnings.isEmpty)
            let document = try OMEXMLParser.parse(Array(one.omeXML.utf8))
            #expect(document.images.map(\.name) == [name])
            #expect(document.images[0].id == "Image:\(number)" && document.images[0].tiffData.map(\.ifd) == [0])
        }
        for export in [
            try Self.export([image], xml), try Self.export([image], xml, positions: .init([2], of: 2)),
            try Self.export([image, image], xml, positions: .init([1, 0], of: 2)),
            try Self.export([image, image], xml, positions: .init([0, 0], of: 2)),
        ] {
            #expect(export.warnings.count == 1)
            #expect(!export.omeXML.contains(#"Name="a""#))
        }
    }

    @Test("a page has as many samples as the document says, if that can be")
    func samples() throws {
        let grey = OMETiffExportTests.image("cyx", type: .uint8)
        let photograph = OMETiffExportTests.image("cyx", type: .uint8, isRGB: true)
        let one = String(repeating: #"<Channel SamplesPerPixel="1"/>"#, count: 3)
        for (image, channels, pages) in [
            (grey, #"<Channel SamplesPerPixel="3"/>"#, 1), (photograph, #"<Channel SamplesPerPixel="3"/>"#, 1),
            (grey, one, 3), (photograph, one, 1), (grey, "", 3), (photograph, "", 1),
            (grey, "<Channel/>", 3), (grey, #"<Channel SamplesPerPixel="2"/>"#, 3),
            (grey, #"<Channel SamplesPerPixel="999999999999"/>"#, 3),
        ] {
            let export = try Self.export([image], "<OME>\(Self.pixels(0, Self.colours, channels: channels))</OME>")
            #expect(export.omeXML.contains(#"PlaneCount="\#(pages)""#), "\(channels)")
            try OMETiffExportTests.withExport(export) { path in
                let document = try TiffDocument.open(path: path)
                #expect(document.directoryCount == pages)
                #expect(try OMETiffExportTests.pixels(document.series[0]) == OMETiffExportTests.pixels(image))
            }
        }
    }

    @Test("a document that says other names or wavelengths is written anew; one that says none is kept")
    func agreement() throws {
        let wave = #"<Channel EmissionWavelength="520"/>"#
        var seen = OMETiffExportTests.image("yx", name: nil).description
        seen.channels = [Channel(emissionWavelength: 520)]
        let glowing = LevelledImage(seen, natural: [16, 16])
        for (image, name, channel, isKept) in [
            (OMETiffExportTests.image("yx"), "test", "<Channel/>", true),
            (OMETiffExportTests.image("yx"), "other", "<Channel/>", false),
            (OMETiffExportTests.image("yx"), "", "<Channel/>", true),
            (OMETiffExportTests.image("yx", name: nil), "other", "<Channel/>", true),
            (glowing, "test", wave, true), (glowing, "test", "<Channel/>", false),
            (OMETiffExportTests.image("yx"), "test", wave, true),
            (glowing, "test", wave.replacing("520", with: "521"), false),
            (glowing, "test", wave.replacing("Emission", with: "Excitation"), false),
            (glowing, "test", #"<Channel EmissionWavelength="520" ExcitationWavelength="488"/>"#, true),
        ] {
            let export = try Self.export(
                [image], "<OME>\(Self.pixels(0, Self.plane, name: name, channels: channel))<ROI/></OME>")
            #expect(export.omeXML.contains("<ROI/>") == isKept, "\(name) \(channel)")
        }
    }

    @Test("a document without the plate is not that of a plate")
    func plate() throws {
        let plate = Plate(rows: ["B"], columns: ["3"], wells: [.init(row: 0, column: 0, fields: [.init(image: 0)])])
        let xml = "<OME>\(Self.pixels(0, Self.plane))<ROI/></OME>"
        for (text, isKept) in [(xml, false), (xml.replacing("<ROI/>", with: "<ROI/><Plate/>"), true)] {
            let export = try OMETiffExport(
                [OMETiffExportTests.image("yx")], OMETiffExportTests.options(), omeXML: Array(text.utf8), plate: plate)
            #expect(export.omeXML.contains("<ROI/>") == isKept)
            #expect(export.omeXML.contains(#"<Well ID="Well:0:0" Row="1" Column="2">"#) != isKept)
        }
    }

    @Test("a document that is not UTF-8 is read as Latin-1 and written as UTF-8")
    func latin() throws {
        let xml = Array("<OME>\(Self.pixels(0, Self.plane, name: "5 ?m"))</OME>".utf8).map { $0 == 0x3F ? 0xB5 : $0 }
        let export = try OMETiffExport(
            [OMETiffExportTests.image("yx", name: nil)], OMETiffExportTests.options(), omeXML: xml)
        #expect(export.omeXML.contains(#"Name="5 µm""#))
    }
}
