import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("A collection of series")
struct SeriesCollectionTests {
    private static let two = [
        ImageDescription(name: "first", axes: [.space("y"), .space("x")], shape: [8, 9], type: .uint8),
        ImageDescription(name: "second", axes: [.c, .space("y"), .space("x")], shape: [2, 5, 6], type: .uint16),
    ]

    private func finished(
        _ images: [ImageDescription], _ version: OMEZarrVersion, omeXML: String?
    ) throws -> (store: MemoryStore, warnings: [String], xml: String?) {
        let store = MemoryStore()
        let keys = try OutputLayout.series.keys(count: images.count)
        for (number, image) in images.enumerated() {
            let pixels = PixelBuffer(shape: image.shape, type: .pixel(image.type))
            let source = StaticImage(description: image, pixels: pixels)
            let plan = try PyramidPlan(of: source, Self.options(version))
            _ = try Conversion(source, plan, into: store, at: keys[number], generator: ConversionTests.generator).run()
        }
        let warnings = try SeriesCollection(ConversionTests.documents(store, version, omeXML)).finish(images)
        let xml = try store.read(StoreKey("OME/METADATA.ome.xml")).map { String(decoding: $0, as: UTF8.self) }
        return (store, warnings, xml)
    }

    private static func options(_ version: OMEZarrVersion) -> PyramidOptions {
        var options = PyramidOptions(compression: [.zstd(level: 1)], memory: 1 << 30, threads: 1)
        options.version = version
        return options
    }

    @Test("is valid and opens image by image, in both versions", arguments: OMEZarrVersion.allCases)
    func opens(_ version: OMEZarrVersion) throws {
        let (store, warnings, xml) = try finished(Self.two, version, omeXML: nil)
        #expect(warnings == [])
        #expect(try OMEZarrValidator.validate(store).findings.filter { $0.severity == .error }.isEmpty)
        let images = try OMEZarrImage.openAll(store)
        #expect(images.map(\.description.shape) == [[8, 9], [2, 5, 6]])
        #expect(try OMEXMLMetadataOnly.sizes(#require(xml)).count == 2)
    }

    @Test("keeps the OME-XML of the source to the letter, but for where the pixels lie")
    func keepsXML() throws {
        let given = """
            <OME><Image ID="Image:0">\
            <Pixels SizeX='9' SizeY="8" SizeZ = "1" SizeC="1" SizeT="1"><TiffData/></Pixels></Image><!-- kept -->\
            <Image ID="Image:1">\
            <Pixels SizeX="6" SizeY="5" SizeZ="1" SizeC="2" SizeT="1"><TiffData/></Pixels></Image></OME>
            """
        let (_, warnings, xml) = try finished(Self.two, .v05, omeXML: given)
        #expect(warnings == [])
        #expect(
            xml
                == given.split(separator: "<TiffData/>", omittingEmptySubsequences: false).joined(
                    separator: "<MetadataOnly/>"))
    }

    @Test("writes the OME-XML anew, and says so, where the source's is damaged or describes other images")
    func replacesXML() throws {
        for given in ["<OME><Image/></OME>", "<OME><Image", "<OME><Image/><Image></OME>"] {
            let (_, warnings, xml) = try finished(Self.two, .v05, omeXML: given)
            #expect(warnings.count == 1)
            #expect(try OMEXMLMetadataOnly.sizes(#require(xml)).count == 2)
        }
    }

    @Test("goes without OME-XML, and says so, where that has no word for the pixels")
    func leavesXMLOut() throws {
        let wide = [ImageDescription(axes: [.space("y"), .space("x")], shape: [4, 4], type: .uint64)]
        let (store, warnings, xml) = try finished(wide, .v05, omeXML: nil)
        #expect(xml == nil)
        #expect(warnings.count == 1)
        #expect(try OMEZarrImage.openAll(store).count == 1)
    }
}
