import Testing
import Zarr

struct ShardingTests {
    private func metadata(
        _ location: CodecSpec.IndexLocation = .end, shape: [Int] = [8, 8], shard: [Int] = [4, 8], chunk: [Int] = [2, 4]
    ) -> ArrayMetadata {
        ArrayMetadata(
            shape: shape, type: .uint8, chunkShape: shard, codecs: [.sharding(chunk, [.bytes(.uint8)], index: location)]
        )
    }

    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }

    @Test("offsets count from the start of the shard and empty chunks are 2^64-1, wherever the index is")
    func layout() throws {
        for location in [CodecSpec.IndexLocation.start, .end] {
            let store = MemoryStore()
            let array = try ZarrArray.create(store, .root, metadata(location))
            var pixels = (1...32).map { UInt8($0) }
            // The second chunk, rows 0 and 1 of columns 4 to 7, is all fill value.
            for position in [4, 5, 6, 7, 12, 13, 14, 15] { pixels[position] = 0 }
            try pixels.withUnsafeBytes { try array.writeChunk([0, 0], $0, CodecWorkspace()) }
            let shard = try #require(try store.read(StoreKey("c/0/0")))
            #expect(shard.count == 3 * 8 + 4 * 16 + 4)
            let index = location == .start ? 0 : 24, data = location == .start ? 68 : 0
            let entries = (0..<8).map { word(shard, index + 8 * $0) }
            let at = UInt64(data)
            #expect(entries == [at, 8, .max, .max, at + 8, 8, at + 16, 8])
            #expect(Array(shard[data..<data + 8]) == [1, 2, 3, 4, 9, 10, 11, 12])
            let crc = shard[index..<index + 64].withUnsafeBytes { CRC32C.checksum($0) }
            #expect(shard[(index + 64)...].prefix(4).elementsEqual(withUnsafeBytes(of: crc.littleEndian) { Array($0) }))
        }
    }

    @Test("one inner chunk costs two range reads, its neighbour one more")
    func countsReads() throws {
        for location in [CodecSpec.IndexLocation.start, .end] {
            let memory = MemoryStore()
            try ZarrArray.create(memory, .root, metadata(location)).writeAll(
                PixelBuffer(shape: [8, 8], type: .uint8, bytes: (1...64).map { UInt8($0) }))
            let store = CountingStore(memory)
            let reader = try ZarrArray.open(store).makeReader()
            store.reset()
            var pixels = PixelBuffer(shape: [2, 4], type: .uint8)
            try pixels.withPixels { try reader.read(Region(origin: [2, 4], shape: [2, 4]), into: $0) }
            #expect(pixels.bytes == [21, 22, 23, 24, 29, 30, 31, 32])
            #expect(store.counts.rangeReads == 2 && store.counts.ranges == 2)
            #expect(store.counts.wholeReads == 0 && store.counts.sizes == 0)
            #expect(store.counts.bytes == 68 + 8)
            try pixels.withPixels { try reader.read(Region(origin: [0, 0], shape: [2, 4]), into: $0) }
            #expect(store.counts.rangeReads == 3)
        }
    }

    @Test("neighbouring inner chunks come in one call and one range")
    func coalesces() throws {
        let memory = MemoryStore()
        try ZarrArray.create(memory, .root, metadata()).writeAll(
            PixelBuffer(shape: [8, 8], type: .uint8, bytes: (1...64).map { UInt8($0) }))
        let store = CountingStore(memory)
        let array = try ZarrArray.open(store)
        store.reset()
        _ = try array.read(Region(origin: [0, 0], shape: [4, 8]))
        #expect(store.counts.rangeReads == 2 && store.counts.ranges == 2 && store.counts.bytes == 68 + 32)
    }

    @Test("a shard that is not there is fill value, and so is a chunk that is not in it")
    func missing() throws {
        let store = MemoryStore()
        var metadata = metadata()
        metadata.fillValue = FillValue(bytes: [7], type: .uint8)
        let array = try ZarrArray.create(store, .root, metadata)
        let sevens = [UInt8](repeating: 7, count: 64)
        #expect(try array.read(Region(wholeOf: [8, 8])).bytes == sevens)
        var image = sevens
        image[0] = 1
        try array.writeAll(PixelBuffer(shape: [8, 8], type: .uint8, bytes: image), padding: 7)
        #expect(try store.list(StoreKey("c")) == ["0"])
        #expect(try array.read(Region(wholeOf: [8, 8])).bytes == image)
    }

    @Test("an index that lies is corrupt and names the shard's key")
    func lyingIndex() throws {
        let store = MemoryStore()
        // An index without a checksum, so that every lie reaches the reader.
        var codec = CodecSpec.sharding([2, 4], [.bytes(.uint8)])
        codec.configuration["index_codecs"] = .array([CodecSpec.bytes(.uint64).json])
        let array = try ZarrArray.create(
            store, .root, ArrayMetadata(shape: [4, 8], type: .uint8, chunkShape: [4, 8], codecs: [codec]))
        try array.writeAll(PixelBuffer(shape: [4, 8], type: .uint8, bytes: (1...32).map { UInt8($0) }))
        let key = try StoreKey("c/0/0"), shard = try #require(try store.read(key))
        let lies: [(UInt64, UInt64)] = [
            (0, .max), (.max, 8), (.max - 1, 8), (.max - 7, 8), (1 << 63, 8), (0, 1 << 62), (89, 8), (96, 1), (0, 7),
            (0, 9), (0, 0), (1 << 62, 1 << 62), (97, 0),
        ]
        for (offset, count) in lies {
            var lying = shard
            withUnsafeBytes(of: (offset.littleEndian, count.littleEndian)) { lying.replaceSubrange(32..<48, with: $0) }
            try store.write(key, lying)
            #expect("\(offset) \(count)") {
                try array.read(Region(wholeOf: [4, 8]))
            } throws: {
                ($0 as? ZarrError)?.code == .corrupt && ($0 as? ZarrError)?.key == key
            }
        }
        for count in 0..<shard.count {
            try store.write(key, Array(shard[..<count]))
            #expect(throws: ZarrError.self) { try array.read(Region(wholeOf: [4, 8])) }
        }
    }

    @Test("one flipped bit of a checked index is an error")
    func damagedIndex() throws {
        let store = MemoryStore()
        let array = try ZarrArray.create(store, .root, metadata(shape: [4, 8]))
        try array.writeAll(PixelBuffer(shape: [4, 8], type: .uint8, bytes: (1...32).map { UInt8($0) }))
        let key = try StoreKey("c/0/0"), shard = try #require(try store.read(key))
        for bit in 32 * 8..<shard.count * 8 {
            var damaged = shard
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try store.write(key, damaged)
            #expect { try array.read(Region(wholeOf: [4, 8])) } throws: { "\($0)".contains("CRC-32C") }
        }
    }

    @Test("nested, transposed and compressed shards read in every part like the image")
    func partsOfNestedShards() throws {
        let bytes = CodecSpec.bytes(.uint16), shape = [13, 17, 11]
        let inner: [CodecSpec] = [bytes, .blosc(.uint16)]
        let chains: [[CodecSpec]] = [
            [.sharding([2, 4, 4], inner)],
            [.sharding([4, 8, 4], [.sharding([2, 2, 4], inner, index: .start)])],
            [.transpose([1, 2, 0]), .sharding([4, 2, 2], [.transpose([2, 0, 1]), bytes, .zstd()])],
            [.transpose([2, 0, 1]), .sharding([4, 4, 8], [.transpose([1, 2, 0]), .sharding([2, 8, 2], inner)])],
            [.sharding([2, 4, 4], inner), .gzip(), .crc32c],
            [.sharding([2, 4, 4], [.sharding([1, 2, 2], inner), .zstd()], index: .start)],
        ]
        var random = SeededRandom(seed: 9)
        var image = PixelBuffer(shape: shape, type: .uint16, bytes: random.bytes(13 * 17 * 11 * 2))
        // A hole of fill value makes some inner chunks empty.
        image.withPixels { $0.subview(Region(origin: [0, 4, 4], shape: [8, 9, 4])).fill(with: [0, 0]) }
        for codecs in chains {
            let store = MemoryStore()
            let array = try ZarrArray.create(
                store, .root, ArrayMetadata(shape: shape, type: .uint16, chunkShape: [8, 8, 8], codecs: codecs))
            try array.writeAll(image)
            #expect(try array.read(Region(wholeOf: shape)).bytes == image.bytes, "\(codecs.map(\.json))")
            for _ in 0..<60 {
                let region = randomRegion(in: shape, &random)
                #expect(try array.read(region).bytes == part(image, region), "\(region) of \(codecs.map(\.json))")
            }
        }
    }

    @Test("the smallest chunk that can be read alone is in the order of the array's axes")
    func innerChunkShape() {
        let bytes = CodecSpec.bytes(.uint8)
        func inner(_ codecs: [CodecSpec]) -> [Int] {
            ArrayMetadata(shape: [24, 24, 24], type: .uint8, chunkShape: [8, 12, 24], codecs: codecs).innerChunkShape
        }
        #expect(inner([bytes]) == [8, 12, 24])
        #expect(inner([.sharding([1, 2, 3], [bytes])]) == [1, 2, 3])
        #expect(inner([.sharding([4, 6, 12], [.sharding([1, 2, 3], [bytes])])]) == [1, 2, 3])
        #expect(inner([.transpose([1, 2, 0]), .sharding([2, 3, 1], [bytes])]) == [1, 2, 3])
        #expect(inner([.sharding([1, 2, 3], [bytes]), .zstd()]) == [8, 12, 24])
    }
}
