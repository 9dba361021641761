import CFuzzer
import Zarr

/// The metadata of an array or group of any format, then one read of a few elements: whatever opens must also read, or
/// say why not.
@main
enum MetadataFuzz {
    static func main() {
        _ = run_fuzzer(CommandLine.argc, CommandLine.unsafeArgv) {
            MetadataFuzz.run(UnsafeBufferPointer(start: $0, count: $1))
            return 0
        }
    }

    private static func run(_ input: UnsafeBufferPointer<UInt8>) {
        let document = Array(input)
        for name in ["zarr.json", ".zarray", ".zgroup", "attributes.json"] {
            let store = MemoryStore()
            guard let key = try? StoreKey(name), (try? store.write(key, document)) != nil else { continue }
            _ = try? ZarrGroup.open(store)
            guard let array = try? ZarrArray.open(store) else { continue }
            _ = array.metadata.innerChunkShape
            _ = try? array.metadata.zarrayJSON()
            let region = Region(wholeOf: array.metadata.shape.map { min($0, 2) })
            if region.count <= 64 { _ = try? array.read(region) }
        }
    }
}
