import Testing
import Zarr

/// Our own Blosc frames against c-blosc, and frames of old c-blosc against what they hold.
struct BloscFrameTests {
    private func pipeline(_ count: Int, _ blosc: CodecSpec) throws -> CodecPipeline {
        try CodecPipeline([CodecSpec("bytes"), blosc], chunkShape: [count], type: .uint8, fillValue: .zero(.uint8))
    }

    private func blosc(typeSize: Int, level: Int = 3, blockSize: Int = 0, shuffle: String = "shuffle") -> CodecSpec {
        CodecSpec(
            "blosc",
            [
                "cname": "zstd", "clevel": JSONValue(level), "shuffle": .string(shuffle),
                "typesize": JSONValue(typeSize), "blocksize": JSONValue(blockSize),
            ])
    }

    @Test("c-blosc decodes every frame we make", arguments: [1, 2, 3, 4, 8, 16, 255])
    func libraryReadsOurs(typeSize: Int) throws {
        var random = SeededRandom(seed: 3)
        for count in Array(1...20) + [127, 128, 129, 255, 256, 1000, 4096, 65_537] {
            for blockSize in [0, 1, 100, 1000, 1 << 20] {
                for bytes in [random.smoothBytes(count), random.bytes(count)] {
                    let frame = try pipeline(count, blosc(typeSize: typeSize, blockSize: blockSize)).encoded(bytes)
                    var decoded = [UInt8](repeating: 0xAA, count: count)
                    try frame.withUnsafeBytes { encoded in
                        try decoded.withUnsafeMutableBytes {
                            try BloscCodec.decodeByLibrary(try BloscFrame(encoded), encoded, into: $0)
                        }
                    }
                    #expect(decoded == bytes, "\(count) bytes in blocks of \(blockSize)")
                    #expect(frame.count <= count + 16)
                }
            }
        }
    }

    @Test("bytes that do not compress are stored, at a cost of 16 bytes")
    func storesIncompressible() throws {
        var random = SeededRandom(seed: 4)
        let bytes = random.bytes(5000)
        let frame = try pipeline(5000, blosc(typeSize: 2)).encoded(bytes)
        #expect(frame.count == 5016)
        #expect(frame[2] & 0x02 != 0)
        #expect(Array(frame[16...]) == bytes)
    }

    @Test("a frame has the header the format describes")
    func header() throws {
        let frame = try pipeline(1000, blosc(typeSize: 4)).encoded([UInt8](repeating: 9, count: 1000))
        #expect(Array(frame[..<12]) == [2, 1, 0x91, 4, 0xE8, 3, 0, 0, 0xE8, 3, 0, 0])
        #expect(Array(frame[12..<20]) == [UInt8(frame.count), 0, 0, 0, 20, 0, 0, 0])
        #expect(Array(frame[20..<24]) == [UInt8(frame.count - 24), 0, 0, 0])
        #expect(Array(frame[24..<28]) == [0x28, 0xB5, 0x2F, 0xFD])
    }

    @Test("decoding believes the frame and not the metadata")
    func ignoresMetadata() throws {
        var random = SeededRandom(seed: 5)
        let bytes = random.smoothBytes(4000)
        let frame = try pipeline(4000, blosc(typeSize: 4)).encoded(bytes)
        let other = CodecSpec("blosc", ["cname": "lz4", "clevel": 1, "shuffle": "bitshuffle", "typesize": 1])
        #expect(try pipeline(4000, other).decoded(frame) == bytes)
    }

    @Test("every single damaged byte of a header, and every truncation, is an error or reads right")
    func damagedHeaders() throws {
        var random = SeededRandom(seed: 6)
        let bytes = random.smoothBytes(600)
        for spec in [blosc(typeSize: 4), blosc(typeSize: 4, blockSize: 100), blosc(typeSize: 2, shuffle: "bitshuffle")]
        {
            let pipeline = try pipeline(600, spec), frame = try pipeline.encoded(bytes)
            for position in 0..<32 {
                for value in 0...255 as ClosedRange<UInt8> where value != frame[position] {
                    var damaged = frame
                    damaged[position] = value
                    // What must never happen is a crash or a read beyond the buffer; the pixels may differ, because
                    // Blosc has no checksum.
                    if let pixels = try? pipeline.decoded(damaged) { #expect(pixels.count == 600) }
                }
            }
            for count in 0..<frame.count {
                #expect(throws: ZarrError.self) { try pipeline.decoded(Array(frame[..<count])) }
            }
        }
    }

    @Test("frames of c-blosc 1.3 to 1.18 hold the numbers from 0", .enabled(if: SharedFolder.hasConformance))
    func oldFrames() throws {
        let store = try DirectoryStore(path: SharedFolder.conformance, create: false)
        let key = try StoreKey("c-blosc/compat")
        let numbers = (0..<1_000_000 as Range<Int32>).map(\.littleEndian).withUnsafeBytes { Array($0) }
        let pipeline = try CodecPipeline(
            [.bytes(.int32), .blosc(.int32)], chunkShape: [1_000_000], type: .int32, fillValue: .zero(.int32))
        let files = try store.list(key).filter { $0.hasSuffix(".cdata") && !$0.contains("snappy") }
        #expect(files.count >= 20)
        for file in files {
            let frame = try #require(try store.read(key.appending(file)))
            #expect(try pipeline.decoded(frame) == numbers, "\(file)")
        }
    }
}
