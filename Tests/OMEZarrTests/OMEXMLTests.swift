import OMEZarr
import Testing
import Zarr

@Suite("OME-XML")
struct OMEXMLTests {
    @Test("an image is described by this document")
    func document() throws {
        let image = ImageDescription(
            name: "a <b> & \"c\"\n",
            axes: [
                .t(unit: "second", spacing: 2.5), .c, .space("y", unit: "micrometer", spacing: 0.5),
                .space("x", unit: "parrot", spacing: 0.5),
            ], shape: [3, 2, 11, 12], type: .float32,
            channels: [
                Channel(name: "DAPI", color: .init(red: 0, green: 0, blue: 255), emissionWavelength: 461),
                Channel(color: .init(red: 255, green: 255, blue: 255)),
            ])
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
            xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 \
            http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="test">
              <Image ID="Image:0" Name="a &lt;b&gt; &amp; &quot;c&quot;&#10;">
                <Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="float" SizeX="12" SizeY="11" SizeZ="1" SizeC="2" \
            SizeT="3" PhysicalSizeY="0.5" PhysicalSizeYUnit="µm" TimeIncrement="2.5" TimeIncrementUnit="s">
                  <Channel ID="Channel:0:0" Name="DAPI" SamplesPerPixel="1" Color="65535" EmissionWavelength="461.0" \
            EmissionWavelengthUnit="nm"/>
                  <Channel ID="Channel:0:1" SamplesPerPixel="1" Color="-1"/>
                  <MetadataOnly/>
                </Pixels>
              </Image>
            </OME>

            """
        #expect(try OMEXMLWriter.document([image], creator: "test") == expected)
    }

    @Test("what OME-XML cannot say is an error")
    func inexpressible() {
        let axes = [Axis.space("y"), .space("x")]
        for type in [PixelType.int64, .uint64, .float16] {
            #expect(throws: OMEZarrError.self) {
                try OMEXMLWriter.document([ImageDescription(axes: axes, shape: [1, 1], type: type)])
            }
        }
        let angle = [Axis(name: "angle", kind: .custom("angle"))] + axes
        #expect(throws: OMEZarrError.self) {
            try OMEXMLWriter.document([ImageDescription(axes: angle, shape: [1, 1, 1], type: .uint8)])
        }
    }

    @Test("a document becomes MetadataOnly and keeps the rest to the letter")
    func metadataOnly() throws {
        let cases: [(String, String)] = [
            ("<OME><Pixels a='>'/></OME>", "<OME><Pixels a='>'><MetadataOnly/></Pixels></OME>"),
            ("<Pixels></Pixels>", "<Pixels><MetadataOnly/></Pixels>"),
            ("<Pixels><Channel/><TiffData/></Pixels>", "<Pixels><Channel/><MetadataOnly/></Pixels>"),
            (
                "<Pixels>\n  <Channel/>\n  <TiffData IFD=\"0\"><UUID>x</UUID></TiffData>\n  <TiffData/>\n  <Plane/>\n</Pixels>",
                "<Pixels>\n  <Channel/>\n  <MetadataOnly/>\n  <Plane/>\n</Pixels>"
            ),
            (
                "<o:Pixels><o:BinData>AAA=</o:BinData><o:BinData/></o:Pixels>",
                "<o:Pixels><o:MetadataOnly/></o:Pixels>"
            ),
            ("<Pixels><Plane/><Plane/></Pixels>", "<Pixels><MetadataOnly/><Plane/><Plane/></Pixels>"),
            ("<Pixels><MetadataOnly/></Pixels>", "<Pixels><MetadataOnly/></Pixels>"),
            ("<Pixels><TiffData/><MetadataOnly/></Pixels>", "<Pixels><MetadataOnly/></Pixels>"),
            (
                "<Pixels><MetadataOnly></MetadataOnly><TiffData/></Pixels>",
                "<Pixels><MetadataOnly></MetadataOnly></Pixels>"
            ),
            ("<OME> <BinaryOnly MetadataFile='a'/></OME>", "<OME></OME>"),
            ("<Mask><BinData>AA</BinData></Mask>", "<Mask><BinData>AA</BinData></Mask>"),
            (
                "<?xml version=\"1.0\"?><!-- <TiffData> --><!DOCTYPE OME><Pixels><![CDATA[<TiffData>]]></Pixels>\r\n",
                "<?xml version=\"1.0\"?><!-- <TiffData> --><!DOCTYPE OME><Pixels><![CDATA[<TiffData>]]><MetadataOnly/></Pixels>\r\n"
            ),
            (
                "<Pixels/><Pixels><TiffData/></Pixels>",
                "<Pixels><MetadataOnly/></Pixels><Pixels><MetadataOnly/></Pixels>"
            ),
        ]
        for (xml, expected) in cases {
            #expect(try OMEXMLMetadataOnly.convert(xml) == expected)
            #expect(try OMEXMLMetadataOnly.convert(expected) == expected, "a second time changes nothing")
        }
    }

    @Test("XML that is cut off or crossed is an error, wherever it is cut")
    func damaged() throws {
        let xml = "<OME a=\"b\"><!-- c --><Pixels><TiffData><![CDATA[d]]></TiffData></Pixels><?e f?></OME>"
        for count in 1..<xml.utf8.count {
            #expect(throws: OMEZarrError.self) { try OMEXMLMetadataOnly.convert(String(xml.prefix(count))) }
        }
        #expect(throws: OMEZarrError.self) { try OMEXMLMetadataOnly.convert("<a><b></a></b>") }
        #expect(throws: OMEZarrError.self) { try OMEXMLMetadataOnly.convert("</a>") }
        #expect(throws: OMEZarrError.self) { try OMEXMLMetadataOnly.convert("< a/>") }
        #expect(throws: OMEZarrError.self) { try OMEXMLMetadataOnly.convert("<a b=\"></a>") }
    }

    @Test(
        "what bioformats2raw wrote stays as it is",
        .enabled(if: Fixtures.isPresent, Fixtures.absence), arguments: ["bf2raw", "hcs"])
    func bioFormats2Raw(name: String) throws {
        let store = try Fixtures.store("ome2024-ngff-challenge/tests/data/\(name).zarr/OME")
        let xml = String(decoding: try #require(try store.read(StoreKey("METADATA.ome.xml"))), as: UTF8.self)
        #expect(try OMEXMLMetadataOnly.convert(xml) == xml)
    }
}
