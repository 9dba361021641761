import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("The documents of a source")
struct SourceDocumentsTests {
    private static let image = ImageDescription(
        name: "cells", axes: [.c, .space("y", unit: "micrometer", spacing: 0.5), .space("x")], shape: [2, 8, 9],
        type: .uint16)
    private static let xml = """
        <?xml version="1.0"?><OME><Image ID="Image:0"><AcquisitionDate>now</AcquisitionDate>\
        <Pixels SizeX="9" SizeY="8" SizeZ="1" SizeC="2" SizeT="1"><TiffData/><Plane DeltaT="1"/></Pixels></Image></OME>
        """

    private func written(
        _ image: ImageDescription, _ version: OMEZarrVersion, _ xml: [UInt8]?
    ) throws -> (metadata: String?, source: [UInt8]?, names: [String], warnings: [String]) {
        let store = MemoryStore()
        let documents = SourceDocuments(
            in: store, version: version, omeXML: xml, generator: ConversionTests.generator)
        let warnings = try OutputLayout.image.begin([image], documents)
        let metadata = try store.read(StoreKey("OME/METADATA.ome.xml")).map { String(decoding: $0, as: UTF8.self) }
        return (
            metadata, try store.read(StoreKey("OME/source.ome.xml")), try store.list(StoreKey("OME")), warnings
        )
    }

    @Test(
        "a source's OME-XML is kept twice: with the pixels elsewhere, and byte for byte",
        arguments: OMEZarrVersion.allCases)
    func keeps(_ version: OMEZarrVersion) throws {
        let found = try written(Self.image, version, Array(Self.xml.utf8))
        #expect(found.source == Array(Self.xml.utf8) && found.warnings == [])
        #expect(found.metadata == Self.xml.split(separator: "<TiffData/>").joined(separator: "<MetadataOnly/>"))
        let own = version == .v05 ? ["zarr.json"] : [".zattrs", ".zgroup"]
        #expect(Set(found.names) == Set(own + ["METADATA.ome.xml", "source.ome.xml"]))
    }

    @Test("it is written anew where there is none, or the image has become another", arguments: [nil, xml])
    func writesAnew(_ xml: String?) throws {
        var cropped = Self.image
        cropped.levels[0].shape = [2, 8, 4]
        let found = try written(cropped, .v05, xml.map { Array($0.utf8) })
        #expect(try OMEXMLMetadataOnly.sizes(#require(found.metadata)) == [OMEXMLMetadataOnly.sizes(cropped)])
        #expect(found.metadata?.contains("PhysicalSizeY=\"0.5\"") == true)
        #expect(found.source == xml.map { Array($0.utf8) } && found.warnings.count == (xml == nil ? 0 : 1))
    }

    @Test("Latin-1 stays Latin-1 in the copy and becomes UTF-8 in the other")
    func latin() throws {
        let bytes = Array(Self.xml.utf8.prefix(29)) + [0xB5] + Array(Self.xml.utf8.dropFirst(29))
        #expect(bytes[29] == 0xB5)
        let found = try written(Self.image, .v05, bytes)
        #expect(found.source == bytes && found.metadata?.contains("µ") == true)
    }

    @Test("where OME-XML has no word for the pixels and the source has none, there is no group")
    func nothing() throws {
        var image = Self.image
        image.type = .uint64
        #expect(try written(image, .v05, nil).names == [])
    }

    @Test("what a source says of itself goes into the attributes of the image", arguments: OMEZarrVersion.allCases)
    func provenance(_ version: OMEZarrVersion) throws {
        let pixels = PixelBuffer(shape: Self.image.shape, type: .uint16)
        let source = Known(image: StaticImage(description: Self.image, pixels: pixels))
        var options = PyramidOptions(compression: [], memory: 1 << 30, threads: 1)
        options.version = version
        let store = MemoryStore()
        let plan = try PyramidPlan(of: source, options)
        _ = try Conversion(source, plan, into: store, generator: ConversionTests.generator).run()
        let image = try OMEZarrImage.open(store)
        #expect(image.attributes["ome-zarr"] == ["source": ["file": "a.tif"]])
        #expect(image.provenance == source.provenance)
        #expect(try OMEZarrValidator.validate(store).findings.isEmpty)
    }

    /// An image that knows where it comes from.
    private struct Known: ImageSource {
        let image: StaticImage
        let provenance: JSONValue? = ["file": "a.tif"]

        var description: ImageDescription { image.description }
        func naturalReadShape(level: Int) -> [Int] { image.naturalReadShape(level: level) }
        func makeReader() throws -> any RegionReader { try image.makeReader() }
    }
}
