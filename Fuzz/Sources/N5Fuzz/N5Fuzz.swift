import CFuzzer
import Zarr

/// A block of a dataset of 5 x 7 elements, under each compression.
@main
enum N5Fuzz {
    static func main() {
        _ = run_fuzzer(CommandLine.argc, CommandLine.unsafeArgv) {
            N5Fuzz.run(UnsafeBufferPointer(start: $0, count: $1))
            return 0
        }
    }

    private static func run(_ input: UnsafeBufferPointer<UInt8>) {
        guard !input.isEmpty else { return }
        let compression = compressions[Int(input[0]) % compressions.count]
        let attributes: JSONValue = [
            "dimensions": [7, 5], "blockSize": [4, 4], "dataType": "uint16",
            "compression": ["type": .string(compression)],
        ]
        let store = MemoryStore()
        guard let document = try? StoreKey("attributes.json"), let block = try? StoreKey("0/0") else { return }
        try? store.write(document, attributes.serialized(pretty: false))
        try? store.write(block, Array(input.dropFirst()))
        if let array = try? ZarrArray.open(store) { _ = try? array.read(Region(wholeOf: array.metadata.shape)) }
    }

    private static let compressions = ["raw", "gzip", "bzip2", "xz", "zstd", "blosc", "lz4"]
}
