import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("How images lie in their store")
struct OutputLayoutTests {
    private static let plate = Plate(
        rows: ["A", "B", "C"], columns: ["1"],
        wells: [
            .init(row: 0, column: 0, fields: [.init(image: 1), .init(image: 0)]),
            .init(row: 2, column: 0, fields: [.init(image: 2)]),
        ])

    @Test("each has its key")
    func keys() throws {
        #expect(try OutputLayout.image.keys(count: 1) == [.root])
        #expect(try OutputLayout.series.keys(count: 3).map(\.path) == ["0", "1", "2"])
        #expect(try OutputLayout.plate(Self.plate).keys(count: 3).map(\.path) == ["A/1/1", "A/1/0", "C/1/0"])
    }

    @Test("a plate is valid, opens field by field, and empty rows are not made", arguments: OMEZarrVersion.allCases)
    func plate(_ version: OMEZarrVersion) throws {
        let store = MemoryStore(), layout = OutputLayout.plate(Self.plate)
        let image = ImageDescription(axes: [.space("y"), .space("x")], shape: [5, 6], type: .uint8)
        var options = PyramidOptions(compression: [.zstd(level: 1)], memory: 1 << 30, threads: 1)
        options.version = version
        options.name = "field"
        for key in try layout.keys(count: 3) {
            let source = StaticImage(
                description: image, pixels: PixelBuffer(shape: image.shape, type: .pixel(image.type)))
            let plan = try PyramidPlan(of: source, options)
            _ = try Conversion(source, plan, into: store, at: key, generator: ConversionTests.generator).run()
        }
        #expect(try ImageKind.identify(store, StoreKey("A/1/0")).kind == .image)
        #expect(try ZarrNode.read(store, .root) == nil)
        let sizes = "SizeX=\"6\" SizeY=\"5\" SizeZ=\"1\" SizeC=\"1\" SizeT=\"1\""
        let one = "<Image><Pixels \(sizes)><TiffData/></Pixels></Image>"
        let warnings = try layout.finish(
            [image, image, image], ConversionTests.documents(store, version, "<OME>\(one)\(one)\(one)</OME>"))
        #expect(warnings == [])
        #expect(try OMEZarrValidator.validate(store).findings.filter { $0.severity == .error }.isEmpty)
        #expect(try OMEZarrImage.openAll(store).map(\.key.path) == ["A/1/0", "A/1/1", "C/1/0"])
        #expect(try store.list(.root).filter { $0.count == 1 } == ["A", "C"])
        let kept = try #require(try store.read(StoreKey("OME/METADATA.ome.xml")))
        #expect(String(decoding: kept, as: UTF8.self).contains("<MetadataOnly/>"))
    }

    @Test("a plate gets OME-XML anew where the source's is damaged, and says so")
    func damagedXML() throws {
        let store = MemoryStore()
        let warnings = try OutputLayout.plate(Self.plate).finish(
            [], ConversionTests.documents(store, .v05, "<OME><Image"))
        #expect(warnings.count == 1 && warnings[0].contains("damaged"))
        let xml = try #require(try store.read(StoreKey("OME/METADATA.ome.xml")))
        #expect(try OMEXMLMetadataOnly.sizes(String(decoding: xml, as: UTF8.self)).isEmpty)
        #expect(try store.read(StoreKey("OME/source.ome.xml")) == Array("<OME><Image".utf8))
        #expect(try ImageKind.identify(store).kind == .plate(wells: ["A/1", "C/1"]))
    }
}
