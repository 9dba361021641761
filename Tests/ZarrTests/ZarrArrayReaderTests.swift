import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a read costs, that threads change nothing, and that parts of chunks equal parts of the whole.
struct ZarrArrayReaderTests {
    private static let bytes = CodecSpec.bytes(.uint16)

    private func image(_ shape: [Int], seed: UInt64) -> PixelBuffer {
        var random = SeededRandom(seed: seed)
        return PixelBuffer(shape: shape, type: .uint16, bytes: random.smoothBytes(shape.reduce(2, *)))
    }

    private func array(
        _ store: any WritableStore, _ image: PixelBuffer, _ chunk: [Int], _ codecs: [CodecSpec]
    ) throws -> ZarrArray {
        let array = try ZarrArray.create(
            store, .root, ArrayMetadata(shape: image.shape, type: .uint16, chunkShape: chunk, codecs: codecs))
        try array.write(image)
        return array
    }

    // MARK: - What it costs

    @Test("of a raw chunk the bytes from the first pixel wanted to the last are read, and no others")
    func spanOfRawChunk() throws {
        let image = image([8, 8], seed: 1), memory = MemoryStore()
        _ = try array(memory, image, [4, 8], [Self.bytes])
        let store = CountingStore(memory), reader = try ZarrArray.open(store).makeReader()
        for (region, reads, bytes) in [
            (Region(origin: [1, 2], shape: [2, 3]), 1, 16 + 6), (Region(origin: [2, 0], shape: [1, 8]), 1, 16),
            (Region(origin: [3, 7], shape: [2, 1]), 2, 2 + 2), (Region(origin: [0, 0], shape: [0, 8]), 0, 0),
        ] {
            store.reset()
            #expect(try reader.read(region).bytes == part(image, region))
            #expect(store.counts.rangeReads == reads && store.counts.ranges == reads)
            #expect(store.counts.bytes == bytes && store.counts.wholeReads == 0 && store.counts.sizes == 0)
        }
        store.reset()
        #expect(try reader.read(Region(wholeOf: [8, 8])).bytes == image.bytes)
        #expect(store.counts.wholeReads == 2 && store.counts.rangeReads == 0 && store.counts.bytes == 128)
    }

    @Test("a region of a shard costs its index once, then one call, in which neighbours are one range")
    func shardedRegion() throws {
        let image = image([16, 16], seed: 2), memory = MemoryStore()
        let index = 16 * 16 + 4, middle = Region(origin: [4, 4], shape: [8, 8])
        for (codecs, chunk) in [([Self.bytes, .crc32c], 36), ([Self.bytes], 32)] {
            _ = try array(memory, image, [16, 16], [.sharding([4, 4], codecs)])
            let store = CountingStore(memory), reader = try ZarrArray.open(store).makeReader()
            // Two chunks of one row and two of the next, with two unwanted ones between: a gap worth reading over.
            for (reads, bytes) in [(2, index + 6 * chunk), (1, 6 * chunk)] {
                store.reset()
                #expect(try reader.read(middle).bytes == part(image, middle))
                #expect(store.counts.rangeReads == reads && store.counts.ranges == reads)
                #expect(store.counts.bytes == bytes && store.counts.wholeReads == 0 && store.counts.sizes == 0)
            }
        }
    }

    @Test("chunks of a shard that lie far apart are ranges of one call")
    func distantChunks() throws {
        let image = image([64, 192], seed: 3), memory = MemoryStore()
        _ = try array(memory, image, [64, 192], [.sharding([16, 64], [Self.bytes, .crc32c])])
        let store = CountingStore(memory), reader = try ZarrArray.open(store).makeReader()
        // Rows of three chunks of 2052 bytes: two are too many to read for nothing.
        let column = Region(origin: [0, 64], shape: [64, 64])
        store.reset()
        #expect(try reader.read(column).bytes == part(image, column))
        #expect(store.counts.rangeReads == 2 && store.counts.ranges == 1 + 4)
        #expect(store.counts.bytes == 12 * 16 + 4 + 4 * 2052)
    }

    @Test("threads read the same bytes, but for the index that each of the first may want")
    func costOfThreads() throws {
        let image = image([32, 32], seed: 4), memory = MemoryStore()
        _ = try array(memory, image, [32, 32], [.sharding([4, 4], [Self.bytes, .crc32c])])
        let store = CountingStore(memory), reader = try ZarrArray.open(store).makeReader(threads: 2)
        let index = 64 * 16 + 4, chunks = 64 * 36
        store.reset()
        #expect(try reader.read(Region(wholeOf: [32, 32])).bytes == image.bytes)
        #expect(store.counts.bytes == index + chunks || store.counts.bytes == 2 * index + chunks)
        store.reset()
        _ = try reader.read(Region(wholeOf: [32, 32]))
        // Eight rows of inner chunks, one call each.
        #expect(store.counts.rangeReads == 8 && store.counts.ranges == 8 && store.counts.bytes == chunks)
    }

    // MARK: - That it is right

    @Test("every number of threads reads the same pixels, and so do parts of chunks", arguments: [1, 2, 3, 8])
    func threads(count: Int) throws {
        let shape = [9, 70, 90], image = image(shape, seed: 5)
        let blosc = CodecSpec.blosc(.uint16)
        var blocks = blosc
        blocks.configuration["blocksize"] = 1000
        let chains: [([Int], [CodecSpec])] = [
            ([4, 32, 32], [Self.bytes]), ([4, 32, 32], [.bytes(.uint16, bigEndian: true)]),
            ([4, 32, 32], [Self.bytes, blosc]),
            ([9, 70, 90], [Self.bytes, blocks]), ([16, 128, 128], [Self.bytes, .zstd()]),
            ([16, 128, 128], [.transpose([2, 0, 1]), Self.bytes, .zstd(), .crc32c]),
            ([16, 128, 128], [Self.bytes, .zstd(checksum: true)]), ([16, 128, 128], [Self.bytes, .gzip()]),
            ([16, 64, 64], [.sharding([4, 16, 16], [Self.bytes])]),
            ([16, 64, 64], [.transpose([1, 2, 0]), .sharding([16, 32, 4], [Self.bytes, blocks, .crc32c])]),
            ([16, 64, 64], [.sharding([8, 32, 32], [.sharding([2, 8, 8], [Self.bytes, .zstd()])])]),
        ]
        var random = SeededRandom(seed: UInt64(count))
        for (chunk, codecs) in chains {
            let reader = try array(MemoryStore(), image, chunk, codecs).makeReader(threads: count)
            #expect(try reader.read(Region(wholeOf: shape)).bytes == image.bytes, "\(codecs.map(\.json))")
            for _ in 0..<12 {
                let region = randomRegion(in: shape, &random)
                #expect(try reader.read(region).bytes == part(image, region), "\(region) of \(codecs.map(\.json))")
            }
        }
    }

    @Test("the tail of a compressed chunk is not decoded for its head, unless a checksum covers both")
    func decodesNoMoreThanWanted() throws {
        let shape = [512, 512], image = image(shape, seed: 6)
        let head = Region(origin: [3, 5], shape: [20, 100])
        var blocks = CodecSpec.blosc(.uint16)
        blocks.configuration["blocksize"] = 65536
        for (codec, isChecked) in [(CodecSpec.zstd(), false), (blocks, false), (.zstd(checksum: true), true)] {
            let store = MemoryStore(), array = try array(store, image, shape, [Self.bytes, codec])
            let key = try StoreKey("c/0/0")
            var chunk = try #require(try store.read(key))
            for at in chunk.count - 500..<chunk.count - 400 { chunk[at] ^= 0x5A }
            try store.write(key, chunk)
            if isChecked {
                #expect(throws: ZarrError.self) { try array.read(head) }
            } else {
                #expect(try array.read(head).bytes == part(image, head), "\(codec.json)")
            }
            for region in [Region(wholeOf: shape), Region(origin: [400, 0], shape: [112, 512])] {
                #expect("\(codec.json)") { try array.read(region) } throws: { ($0 as? ZarrError)?.key == key }
            }
        }
    }

    @Test("of a chunk far larger than its array only the part in the array is decoded")
    func chunkBeyondArray() throws {
        // A frame of 100 KB that would make 3.4 GB: blocks of 128 KiB, all sevens.
        let side = 60_000, blocks = (side * side - 1) / 131_072 + 1
        var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]
        for block in 0..<blocks {
            let size = block < blocks - 1 ? 131_072 : side * side - block * 131_072
            let header = UInt32(size) << 3 | 1 << 1 | (block == blocks - 1 ? 1 : 0)
            frame += [UInt8(header & 0xFF), UInt8(header >> 8 & 0xFF), UInt8(header >> 16), 7]
        }
        let store = MemoryStore()
        let array = try ZarrArray.create(
            store, .root,
            ArrayMetadata(
                shape: [10, 10], type: .uint8, chunkShape: [side, side], codecs: [.bytes(.uint8), .zstd()]))
        try store.write(StoreKey("c/0/0"), frame)
        #expect(try array.read(Region(wholeOf: [10, 10])).bytes == [UInt8](repeating: 7, count: 100))
    }

    @Test("two inner chunks may be the same bytes of a shard")
    func sharedBytes() throws {
        for codecs in [[Self.bytes], [.bytes(.uint16, bigEndian: true)], [Self.bytes, .zstd()]] {
            let store = MemoryStore()
            var sharding = CodecSpec.sharding([1, 4], codecs)
            sharding.configuration["index_codecs"] = .array([CodecSpec.bytes(.uint64).json])
            let one = PixelBuffer(shape: [2, 4], type: .uint16, bytes: (1...16).map { UInt8($0) })
            let array = try array(store, one, [2, 4], [sharding])
            let key = try StoreKey("c/0/0")
            var shard = try #require(try store.read(key))
            shard.replaceSubrange(shard.count - 16..<shard.count, with: shard[shard.count - 32..<shard.count - 16])
            try store.write(key, shard)
            #expect(try array.read(Region(wholeOf: [2, 4])).bytes == (1...8).map { UInt8($0) } + (1...8))
        }
    }

    // MARK: - What is refused

    @Test("the first damaged chunk is the one reported, however many threads there are", arguments: [1, 2, 4])
    func firstDamagedChunk(threads: Int) throws {
        let image = image([32, 32], seed: 7), store = MemoryStore()
        let reader = try array(store, image, [4, 4], [Self.bytes, .crc32c]).makeReader(threads: threads)
        for path in ["c/2/5", "c/2/6", "c/4/0", "c/7/7"] { try store.write(StoreKey(path), [1, 2, 3]) }
        for _ in 0..<30 {
            #expect { try reader.read(Region(wholeOf: [32, 32])) } throws: {
                ($0 as? ZarrError)?.key == (try? StoreKey("c/2/5"))
            }
        }
    }

    @Test("a chunk's file that is far too large is refused before it is read")
    func oversizedFile() throws {
        let folder = try TemporaryFolder(), image = image([8, 8], seed: 8)
        let store = try DirectoryStore(path: folder.path, create: false)
        for codecs in [[Self.bytes], [Self.bytes, .zstd()], [.sharding([4, 4], [Self.bytes]), .crc32c]] {
            let array = try array(store, image, [8, 8], codecs)
            // A sparse file: a terabyte that takes no space.
            #expect(truncate(folder.path + "/c/0/0", 1 << 40) == 0)
            #expect { try array.read(Region(wholeOf: [8, 8])) } throws: { ($0 as? ZarrError)?.code == .corrupt }
        }
    }
}
