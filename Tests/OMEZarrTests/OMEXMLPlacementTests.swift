import OMEZarr
import Testing

@Suite("OMEXMLPlacement")
struct OMEXMLPlacementTests {
    private static let pages = OMEXMLPlacement.Pages(first: 3, count: 10, type: "uint8", isInterleaved: false)
    private static let mark = #"<TiffData IFD="3" PlaneCount="10"/>"#

    @Test("pixels are placed, and the rest is kept to the letter")
    func cases() throws {
        let cases: [(String, String)] = [
            ("<OME><Image><Pixels/></Image></OME>", "<OME><Image><Pixels>\(Self.mark)</Pixels></Image></OME>"),
            (
                "<OME\n UUID = 'u>' a=\"b\" ><Image ><Pixels  Type = 'bit' BigEndian='true'\tInterleaved=\"true\">\n <MetadataOnly/></Pixels></Image></OME>",
                "<OME a=\"b\" ><Image ><Pixels  Type = 'uint8' BigEndian='false'\tInterleaved=\"false\">\n \(Self.mark)</Pixels></Image></OME>"
            ),
            (
                "<o:OME><o:Image><o:Pixels DimensionOrder='XYTCZ'><o:Channel/><o:TiffData><o:UUID>u</o:UUID></o:TiffData><o:TiffData/><o:Plane/></o:Pixels></o:Image></o:OME>",
                "<o:OME><o:Image><o:Pixels DimensionOrder='XYZCT'><o:Channel/><o:TiffData IFD=\"3\" PlaneCount=\"10\"/><o:Plane/></o:Pixels></o:Image></o:OME>"
            ),
            (
                "<Image><Pixels PixelType='int8'><MetadataOnly> </MetadataOnly></Pixels><MetadataOnly/></Image>",
                "<Image><Pixels PixelType='uint8'>\(Self.mark)</Pixels><MetadataOnly/></Image>"
            ),
            // An attribute that ends like another, and text that looks like an element.
            (
                "<!-- <Image> --><Image><Pixels XType='a' Type='x'/><![CDATA[<Image>]]></Image>",
                "<!-- <Image> --><Image><Pixels XType='a' Type='uint8'>\(Self.mark)</Pixels><![CDATA[<Image>]]></Image>"
            ),
            // What is called the same elsewhere.
            (
                "<Image><Pixels/><x><Image><Pixels Type='a'/></Image></x></Image>",
                "<Image><Pixels>\(Self.mark)</Pixels><x><Image><Pixels Type='uint8'>\(Self.mark)</Pixels></Image></x></Image>"
            ),
            ("<Image><Mask><BinData UUID='u'/></Mask></Image>", "<Image><Mask><BinData UUID='u'/></Mask></Image>"),
        ]
        for (xml, expected) in cases {
            #expect(try OMEXMLPlacement.rewrite(xml, [Self.pages]) == expected)
            #expect(try OMEXMLPlacement.rewrite(expected, [Self.pages]) == expected, "a second time changes nothing")
        }
    }

    @Test("images that are left out go with the references to them")
    func leftOut() throws {
        let xml = """
            <OME>
              <Plate><WellSample><ImageRef ID="b"/></WellSample><WellSample><ImageRef ID="a"></ImageRef></WellSample></Plate>
              <Image ID="a"><Pixels><TiffData/></Pixels></Image>
              <Image ID="b"><Pixels><TiffData/></Pixels></Image>
              <Image ID="c"/>
            </OME>
            """
        let expected = """
            <OME>
              <Plate><WellSample><ImageRef ID="b"/></WellSample><WellSample></WellSample></Plate>
              <Image ID="b"><Pixels>\(Self.mark)</Pixels></Image>
            </OME>
            """
        #expect(try OMEXMLPlacement.rewrite(xml, [nil, Self.pages, nil]) == expected)
    }

    @Test("another number of images is an error, and so is XML that is cut off or crossed, wherever it is cut")
    func damaged() throws {
        let xml = "<OME a=\"b\"><Image><Pixels Type='x'><TiffData/></Pixels></Image></OME>"
        for images in [[], [Self.pages, Self.pages]] {
            #expect(throws: OMEZarrError.self) { try OMEXMLPlacement.rewrite(xml, images) }
        }
        for count in 0..<xml.utf8.count {
            #expect(throws: OMEZarrError.self) { try OMEXMLPlacement.rewrite(String(xml.prefix(count)), [Self.pages]) }
        }
        for attributes in ["Type", "Type=", "Type=x", "Type='", "= Type='a'", "Type==''"] {
            _ = try? OMEXMLPlacement.rewrite("<Image><Pixels \(attributes)></Pixels></Image>", [Self.pages])
        }
    }
}
