import CFuzzer
import Zarr

/// An archive: its directory, then every object in it.
@main
enum ZipFuzz {
    static func main() {
        _ = run_fuzzer(CommandLine.argc, CommandLine.unsafeArgv) {
            ZipFuzz.run(UnsafeBufferPointer(start: $0, count: $1))
            return 0
        }
    }

    private static func run(_ input: UnsafeBufferPointer<UInt8>) {
        guard let store = try? ZipStore(bytes: Array(input)) else { return }
        readAll(store, .root, depth: 0)
    }

    private static func readAll(_ store: ZipStore, _ key: StoreKey, depth: Int) {
        guard depth < 8, let names = try? store.list(key) else { return }
        for name in names.prefix(32) {
            guard let child = try? key.appending(name) else { continue }
            _ = try? store.read(child)
            _ = try? store.read(child, [.suffix(count: 3), .from(offset: 1, count: 2)])
            readAll(store, child, depth: depth + 1)
        }
    }
}
