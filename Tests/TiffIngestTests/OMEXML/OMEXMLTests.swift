import Testing
import TiffIngest

@Suite("OME-XML")
struct OMEXMLTests {
    private func document(_ pixels: String, attributes: String = "") -> [UInt8] {
        Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" \(attributes)>
            <Image ID="Image:0" Name="cells &amp; nuclei">\(pixels)</Image></OME>
            """.utf8)
    }

    @Test("sizes, units, channels and planes are read, and nothing else")
    func reading() throws {
        let parsed = try OMEXMLParser.parse(
            document(
                """
                <Pixels ID="P" DimensionOrder="XYZCT" Type="int8" SizeX="7" SizeY="6" SizeZ="5" SizeC="2" SizeT="3"
                  PhysicalSizeX="0.5" PhysicalSizeXUnit="nm" TimeIncrement="2.5">
                <Channel ID="C:0" Name="DAPI" Color="-16776961" EmissionWavelength="461.5"><LightPath/></Channel>
                <Channel ID="C:1" SamplesPerPixel="3" Color="4278190335"/>
                <TiffData IFD="4" FirstZ="1" FirstC="1" FirstT="2" PlaneCount="9">
                <UUID FileName="b.tif"> urn:uuid:1 </UUID></TiffData>
                <TiffData/><Plane TheZ="0" DeltaT="1"/></Pixels>
                """, attributes: "UUID=\"urn:uuid:0\""))
        #expect(parsed.uuid == "urn:uuid:0" && parsed.metadataFile == nil)
        let image = try #require(parsed.images.first)
        #expect(image.name == "cells & nuclei" && image.dimensionOrder == "XYZCT" && image.type == "int8")
        #expect([image.sizeX, image.sizeY, image.sizeZ, image.sizeC, image.sizeT] == [7, 6, 5, 2, 3])
        #expect(image.physicalX == 0.5 && image.unitX == "nm" && image.unitY == "µm" && image.physicalY == nil)
        #expect(image.timeIncrement == 2.5 && image.unitT == "s")
        #expect(image.channels.map(\.name) == ["DAPI", nil] && image.channels.map(\.samples) == [1, 3])
        #expect(image.channels.map(\.color) == [0xFF00_00FF, 0xFF00_00FF])
        #expect(image.channels[0].emissionWavelength == 461.5)
        let data = image.tiffData
        #expect(data.count == 2)
        #expect(data[0].ifd == 4 && data[0].firstZ == 1 && data[0].firstC == 1 && data[0].firstT == 2)
        #expect(data[0].planeCount == 9 && data[0].uuid == "urn:uuid:1" && data[0].fileName == "b.tif")
        #expect(data[1].ifd == nil && data[1].planeCount == nil && data[1].uuid == nil)
    }

    @Test("a prefix on every element changes nothing")
    func prefixes() throws {
        let text = "<ome:OME xmlns:ome='x'><ome:Image><ome:Pixels SizeX='3' SizeY='4'/></ome:Image></ome:OME>"
        let parsed = try OMEXMLParser.parse(Array(text.utf8))
        #expect(parsed.images.map(\.sizeX) == [3])
    }

    @Test("Latin-1 and control characters are survived, broken XML is an error with its line")
    func damage() throws {
        var latin = document("<Pixels SizeX=\"1\" SizeY=\"1\" PhysicalSizeXUnit=\"?m\"/>")
        if let place = latin.lastIndex(of: UInt8(ascii: "?")) { latin[place] = 0xB5 }
        #expect(try OMEXMLParser.parse(latin).images.first?.unitX == "µm")
        var control = document("<Pixels SizeX=\"1\" SizeY=\"1\"/>")
        if let place = control.firstIndex(of: UInt8(ascii: "&")) { control[place - 1] = 0x01 }
        #expect(try OMEXMLParser.parse(control).images.count == 1)
        let error = #expect(throws: TiffError.self) { try OMEXMLParser.parse(Array("<OME>\n<Image></OME>".utf8)) }
        #expect(error?.code == .damaged && error?.message.contains("line 2") == true)
        #expect(throws: TiffError.self) { try OMEXMLParser.parse([]) }
    }

    @Test("entities that multiply are refused")
    func billionLaughs() {
        var text = "<!DOCTYPE OME [<!ENTITY a \"aaaaaaaaaa\">"
        for level in 1...12 {
            let name = String(UnicodeScalar(UInt8(97 + level))), before = String(UnicodeScalar(UInt8(96 + level)))
            text += "<!ENTITY \(name) \"" + String(repeating: "&\(before);", count: 10) + "\">"
        }
        text += "]><OME><Image Name=\"&m;\"/></OME>"
        #expect(throws: TiffError.self) { try OMEXMLParser.parse(Array(text.utf8)) }
    }

    @Test("a hundred thousand planes are read in less than half a second")
    func manyPlanes() throws {
        var planes = ""
        for index in 0..<100_000 {
            planes +=
                "<TiffData IFD=\"\(index)\" FirstT=\"\(index)\" PlaneCount=\"1\">"
                + "<UUID FileName=\"a.tif\">urn:uuid:1</UUID></TiffData>"
        }
        for index in 0..<100_000 {
            planes +=
                "<Plane TheZ=\"0\" TheT=\"\(index)\" TheC=\"0\" DeltaT=\"0.5\" PositionX=\"1\" PositionY=\"2\" "
                + "ExposureTime=\"3\"/>"
        }
        let bytes = document("<Pixels SizeX=\"1\" SizeY=\"1\" SizeT=\"100000\">\(planes)</Pixels>")
        var parsed: OMEXML?
        let time = try CPUTime.measure { parsed = try OMEXMLParser.parse(bytes) }
        print("OME-XML: \(bytes.count / 1_000_000) MB of 100000 planes in \(time) s of CPU time")
        #expect(parsed?.images.first?.tiffData.count == 100_000)
        #expect(time < 0.5)
    }
}
