import CFuzzer
import Zarr

/// A frame of Blosc that should hold a chunk of 1, 2 or 8 bytes an element.
@main
enum BloscFuzz {
    static func main() {
        _ = run_fuzzer(CommandLine.argc, CommandLine.unsafeArgv) {
            BloscFuzz.run(UnsafeBufferPointer(start: $0, count: $1))
            return 0
        }
    }

    private static func run(_ input: UnsafeBufferPointer<UInt8>) {
        let workspace = CodecWorkspace()
        for pipeline in pipelines {
            var pixels = [UInt8](repeating: 0, count: pipeline.byteCount)
            pixels.withUnsafeMutableBytes {
                try? pipeline.decode(UnsafeRawBufferPointer(input), into: $0, workspace)
            }
        }
    }

    private static let pipelines: [CodecPipeline] = [DataType.uint8, .uint16, .float64].compactMap { type in
        try? CodecPipeline([.bytes(type), .blosc(type)], chunkShape: [32, 32], type: type, fillValue: .zero(type))
    }
}
