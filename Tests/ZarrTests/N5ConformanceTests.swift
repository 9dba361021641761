import Testing
import Zarr

/// Datasets that other people's software wrote.
@Suite("N5 of others", .enabled(if: SharedFolder.hasConformance))
struct N5ConformanceTests {
    @Test("every dataset of the conformance folder reads equal")
    func readsAllDatasets() throws {
        let store = try DirectoryStore(path: SharedFolder.conformance, create: false)
        let document = try JSONValue.parse(#require(try store.read(StoreKey("EXPECTED_VALUES.json"))))
        let datasets = try #require(document["arrays"]?.object).filter { $0.value["fmt"] == "n5" }
        for (path, expected) in datasets {
            let array = try ZarrArray.open(store, StoreKey(path))
            #expect(array.metadata.shape == expected["shape"]?.ints?.reversed(), "\(path)")
            // N5's order is that of Fortran, which reversed axes turn into that of C.
            let pixels = try array.read(Region(wholeOf: array.metadata.shape))
            #expect(SHA256.hex(pixels.bytes) == expected["sha256_F_LE"]?.string, "\(path)")
        }
        print("conformance: \(datasets.count) datasets of N5 equal")
        #expect(datasets.count == 16)
    }

    @Test("the block size, not the format, decides what a region reads")
    func readsRegions() throws {
        let store = try DirectoryStore(path: SharedFolder.conformance, create: false)
        let array = try ZarrArray.open(store, StoreKey("zarr_implementations/examples/z5py.n5/gzip"))
        let whole = try array.read(Region(wholeOf: array.metadata.shape))
        var random = SeededRandom(seed: 11)
        for _ in 0..<50 {
            let region = randomRegion(in: array.metadata.shape, &random)
            #expect(try array.read(region).bytes == part(whole, region))
        }
    }

    @Test("the example of the extension n5_default opens")
    func extensionExample() throws {
        let store = try DirectoryStore(path: SharedFolder.conformance, create: false)
        let array = try ZarrArray.open(store, StoreKey("zarr-extensions/codecs/n5_default/examples/zstd_array"))
        #expect(array.metadata.format == .v3 && array.metadata.shape == [256, 128])
        #expect(try array.read(Region(wholeOf: [256, 128])).bytes.allSatisfy { $0 == 0 })
    }
}
