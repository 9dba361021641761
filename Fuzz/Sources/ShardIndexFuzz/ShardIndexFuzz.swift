import CFuzzer
import Zarr

/// A shard of four chunks, its index at either end, with a checksum or without, its chunks compressed or not.
@main
enum ShardIndexFuzz {
    static func main() {
        _ = run_fuzzer(CommandLine.argc, CommandLine.unsafeArgv) {
            ShardIndexFuzz.run(UnsafeBufferPointer(start: $0, count: $1))
            return 0
        }
    }

    private static func run(_ input: UnsafeBufferPointer<UInt8>) {
        guard !input.isEmpty, let key = try? StoreKey("c/0/0") else { return }
        let choice = input[0]
        let type = DataType.uint16
        var sharding = CodecSpec.sharding(
            [4, 4], choice & 1 == 0 ? [.bytes(type)] : [.bytes(type), .zstd(), .crc32c],
            index: choice & 2 == 0 ? .end : .start)
        // Without the checksum hostile numbers come through.
        if choice & 4 == 0 { sharding.configuration["index_codecs"] = .array([CodecSpec.bytes(.uint64).json]) }
        let metadata = ArrayMetadata(shape: [8, 7], type: type, chunkShape: [8, 8], codecs: [sharding])
        let store = MemoryStore()
        try? store.write(key, Array(input.dropFirst()))
        if let array = try? ZarrArray(metadata, store) {
            _ = try? array.read(Region(wholeOf: metadata.shape))
            _ = try? array.read(Region(origin: [5, 1], shape: [2, 2]))
        }
    }
}
