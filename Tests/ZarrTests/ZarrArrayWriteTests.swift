import Testing
import Zarr

struct ZarrArrayWriteTests {
    private static let fill = FillValue(bytes: [9, 1], type: .uint16)

    private func create(
        _ store: any WritableStore, _ codecs: [CodecSpec], shape: [Int] = [21, 30], chunk: [Int] = [8, 8]
    ) throws -> ZarrArray {
        try ZarrArray.create(
            store, .root,
            ArrayMetadata(shape: shape, type: .uint16, chunkShape: chunk, codecs: codecs, fillValue: Self.fill))
    }

    private func files(_ store: MemoryStore) throws -> [String: [UInt8]] {
        var files = [String: [UInt8]]()
        for row in try store.list(StoreKey("c")) {
            for column in try store.list(StoreKey("c/" + row)) {
                files[row + "/" + column] = try store.read(StoreKey("c/\(row)/\(column)"))
            }
        }
        return files
    }

    private static let chains: [[CodecSpec]] = [
        [.bytes(.uint16)], [.transpose([1, 0]), .bytes(.uint16), .zstd()],
        [.sharding([2, 4], [.bytes(.uint16), .blosc(.uint16)])],
        [.sharding([4, 2], [.bytes(.uint16), .crc32c], index: .start)],
        [.sharding([2, 4], [.bytes(.uint16)]), .zstd()],
        [.transpose([1, 0]), .sharding([2, 4], [.bytes(.uint16)])],
    ]

    @Test("any number of threads writes the files that chunks written one by one are", arguments: [1, 2, 3, 7])
    func sameFiles(threads: Int) throws {
        var random = SeededRandom(seed: 31)
        var image = PixelBuffer(shape: [21, 30], type: .uint16, bytes: random.smoothBytes(21 * 30 * 2))
        // Inner chunks, and a whole chunk, of fill value.
        image.withPixels { $0.subview(Region(origin: [8, 3], shape: [9, 21])).fill(with: Self.fill.bytes) }
        for codecs in Self.chains {
            let one = MemoryStore(), many = MemoryStore()
            let expected = try create(one, codecs), array = try create(many, codecs)
            let workspace = CodecWorkspace()
            for index in indices(array.metadata.gridShape) {
                let region = array.metadata.region(ofChunk: index)
                var chunk = PixelBuffer(shape: region.shape, type: .uint16)
                chunk.withPixels { $0.fill(with: Self.fill.bytes) }
                guard let inside = region.intersection(Region(wholeOf: [21, 30])) else { continue }
                image.withPixels { from in
                    chunk.withPixels { $0.subview(inside.relative(to: region.origin)).copy(from: from.subview(inside)) }
                }
                try chunk.bytes.withUnsafeBytes { try expected.writeChunk(index, $0, workspace) }
            }
            try array.write(image, threads: threads)
            #expect(try files(many) == files(one), "\(codecs.map(\.json))")
            #expect(try files(many)["1/1"] == nil)
            #expect(try array.read(Region(wholeOf: [21, 30])).bytes == image.bytes)
        }
    }

    @Test("a part that covers whole chunks leaves the others alone, and takes away what became fill value")
    func writesParts() throws {
        var random = SeededRandom(seed: 32)
        for codecs in Self.chains {
            let array = try create(MemoryStore(), codecs)
            var image = PixelBuffer(shape: [21, 30], type: .uint16, bytes: random.bytes(21 * 30 * 2))
            try array.write(image)
            var corner = PixelBuffer(shape: [13, 14], type: .uint16, bytes: random.bytes(13 * 14 * 2))
            corner.withPixels { $0.subview(Region(origin: [0, 8], shape: [8, 6])).fill(with: Self.fill.bytes) }
            try array.write(corner, at: [8, 16], threads: 2)
            image.withPixels { whole in
                corner.withPixels { whole.subview(Region(origin: [8, 16], shape: [13, 14])).copy(from: $0) }
            }
            #expect(try array.read(Region(wholeOf: [21, 30])).bytes == image.bytes, "\(codecs.map(\.json))")
            #expect(try array.store.size(StoreKey("c/1/3")) == nil)
        }
    }

    @Test("a region that cuts a chunk or leaves the array, other pixels and other stores are refused")
    func wrongCalls() throws {
        let array = try create(MemoryStore(), [.bytes(.uint16)])
        let readOnly = try ZarrArray.open(CountingStore(array.store))
        func isRefused(_ body: () throws -> Void) -> Bool {
            do { try body() } catch { return (error as? ZarrError)?.code == .invalidCall }
            return false
        }
        for (origin, shape) in [
            ([1, 0], [7, 8]), ([0, 0], [8, 9]), ([0, 0], [20, 30]), ([16, 24], [8, 8]), ([0], [8]), ([-8, 0], [8, 8]),
        ] {
            let pixels = PixelBuffer(shape: shape, type: .uint16)
            #expect(isRefused { try array.write(pixels, at: origin) }, "\(origin) \(shape)")
        }
        #expect(isRefused { try array.write(PixelBuffer(shape: [8, 8], type: .int16)) })
        #expect(isRefused { try readOnly.write(PixelBuffer(shape: [8, 8], type: .uint16)) })
        try array.write(PixelBuffer(shape: [5, 6], type: .uint16), at: [16, 24])
        try array.write(PixelBuffer(shape: [0, 6], type: .uint16), at: [16, 24])
    }
}
