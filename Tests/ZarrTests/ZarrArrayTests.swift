import Testing
import Zarr

struct ZarrArrayTests {
    private func metadata(_ format: ZarrFormat, _ shape: [Int], _ chunk: [Int], _ codecs: [CodecSpec]) -> ArrayMetadata
    {
        ArrayMetadata(
            format: format, shape: shape, type: .uint16, chunkShape: chunk, codecs: codecs,
            fillValue: FillValue(bytes: [9, 1], type: .uint16), attributes: ["k": [1.0]])
    }

    @Test("every region of a small image reads like the image", arguments: [ZarrFormat.v2, .v3])
    func everyRegion(format: ZarrFormat) throws {
        var random = SeededRandom(seed: 11)
        let shape = [5, 6], image = PixelBuffer(shape: shape, type: .uint16, bytes: random.bytes(60))
        for chunk in [[1, 1], [2, 4], [5, 6], [8, 8], [1, 6], [5, 1]] {
            for codecs in [
                [CodecSpec.bytes(.uint16)], [.transpose([1, 0]), .bytes(.uint16, bigEndian: true), .zstd()],
            ] {
                let store = MemoryStore(), key = try StoreKey("some/where")
                try ZarrArray.create(store, key, metadata(format, shape, chunk, codecs)).writeAll(image)
                let array = try ZarrArray.open(store, key)
                let reader = try array.makeReader()
                #expect(array.metadata.format == format && array.metadata.attributes == ["k": [1.0]])
                for origin in indices([6, 7]) {
                    for extent in indices([6 - origin[0], 7 - origin[1]]) {
                        let region = Region(origin: origin, shape: extent)
                        var pixels = PixelBuffer(shape: extent, type: .uint16)
                        try pixels.withPixels { try reader.read(region, into: $0) }
                        #expect(pixels.bytes == part(image, region), "\(region) in chunks of \(chunk)")
                    }
                }
            }
        }
    }

    @Test("only chunks that a region touches are read, one read each, and of raw ones no more than that takes")
    func readsNoMore() throws {
        let memory = MemoryStore()
        let image = PixelBuffer(shape: [6, 6], type: .uint16, bytes: [UInt8](repeating: 5, count: 72))
        try ZarrArray.create(memory, .root, metadata(.v3, [6, 6], [2, 2], [.bytes(.uint16)])).writeAll(image)
        let store = CountingStore(memory), array = try ZarrArray.open(store)
        for (region, chunks, bytes) in [
            (Region(origin: [2, 2], shape: [2, 2]), 1, 8), (Region(origin: [1, 1], shape: [2, 2]), 4, 8),
            (Region(origin: [0, 3], shape: [6, 1]), 3, 3 * 6), (Region(origin: [3, 3], shape: [0, 3]), 0, 0),
        ] {
            store.reset()
            _ = try array.read(region)
            #expect(store.counts.wholeReads + store.counts.rangeReads == chunks && store.counts.bytes == bytes)
        }
    }

    @Test("regions are decoded into views with gaps and leave the gaps alone")
    func stridedTarget() throws {
        var random = SeededRandom(seed: 12)
        let image = PixelBuffer(shape: [7, 9], type: .uint16, bytes: random.bytes(126))
        for codecs in [[CodecSpec.bytes(.uint16)], [.sharding([2, 2], [.bytes(.uint16)])]] {
            let array = try ZarrArray.create(MemoryStore(), .root, metadata(.v3, [7, 9], [4, 4], codecs))
            try array.writeAll(image)
            var large = PixelBuffer(shape: [9, 12], type: .uint16, bytes: [UInt8](repeating: 0xEE, count: 216))
            let inside = Region(origin: [1, 2], shape: [7, 9])
            try large.withPixels { try array.makeReader().read(Region(wholeOf: [7, 9]), into: $0.subview(inside)) }
            #expect(part(large, inside) == image.bytes)
            #expect(large.bytes.count { $0 == 0xEE } >= 216 - 126)
            #expect(part(large, Region(origin: [0, 0], shape: [1, 12])) == [UInt8](repeating: 0xEE, count: 24))
        }
    }

    @Test("a chunk of fill value is not stored, and takes away the one that was")
    func fillIsNotStored() throws {
        let store = MemoryStore(), workspace = CodecWorkspace()
        let array = try ZarrArray.create(store, .root, metadata(.v3, [4], [2], [.bytes(.uint16)]))
        try [1, 2, 3, 4 as UInt8].withUnsafeBytes { try array.writeChunk([1], $0, workspace) }
        #expect(try array.read(Region(wholeOf: [4])).bytes == [9, 1, 9, 1, 1, 2, 3, 4])
        try [9, 1, 9, 1 as UInt8].withUnsafeBytes { try array.writeChunk([1], $0, workspace) }
        #expect(try store.read(StoreKey("c/1")) == nil)
    }

    @Test("an array without axes has one chunk")
    func rankZero() throws {
        for format in [ZarrFormat.v2, .v3] {
            let store = MemoryStore()
            let array = try ZarrArray.create(store, .root, metadata(format, [], [], [.bytes(.uint16), .zstd()]))
            try [1, 2 as UInt8].withUnsafeBytes { try array.writeChunk([], $0, CodecWorkspace()) }
            #expect(try ZarrArray.open(store).read(Region(wholeOf: [])).bytes == [1, 2])
            #expect(try store.size(StoreKey(format == .v3 ? "c" : "0")) != nil)
        }
    }

    @Test("an array with an empty axis reads as nothing")
    func emptyAxis() throws {
        let array = try ZarrArray.create(MemoryStore(), .root, metadata(.v3, [0, 5], [2, 2], [.bytes(.uint16)]))
        #expect(array.metadata.gridShape == [0, 3])
        #expect(try array.read(Region(wholeOf: [0, 5])).bytes == [])
    }

    @Test("wrong calls are refused")
    func wrongCalls() throws {
        let workspace = CodecWorkspace(), four = [UInt8](repeating: 0, count: 4)
        let array = try ZarrArray.create(MemoryStore(), .root, metadata(.v3, [4], [2], [.bytes(.uint16)]))
        let readOnly = try ZarrArray.open(CountingStore(array.store))
        func isRefused(_ body: () throws -> Void) -> Bool {
            do { try body() } catch { return (error as? ZarrError)?.code == .invalidCall }
            return false
        }
        for region in [
            Region(origin: [3], shape: [2]), Region(origin: [-1], shape: [1]), Region(origin: [0, 0], shape: [1, 1]),
            Region(origin: [.max], shape: [.max]), Region(origin: [0], shape: [-1]),
        ] {
            #expect(isRefused { _ = try array.read(region) })
        }
        for index in [[2], [-1], [], [0, 0]] {
            #expect(isRefused { try four.withUnsafeBytes { try array.writeChunk(index, $0, workspace) } })
        }
        #expect(isRefused { try four.dropLast().withUnsafeBytes { try array.writeChunk([0], $0, workspace) } })
        #expect(isRefused { try four.withUnsafeBytes { try readOnly.writeChunk([0], $0, workspace) } })
        var wrongType = PixelBuffer(shape: [4], type: .int16)
        #expect(isRefused { try wrongType.withPixels { try array.makeReader().read(Region(wholeOf: [4]), into: $0) } })
    }

    @Test("a damaged chunk is an error that names its key")
    func damagedChunk() throws {
        let store = MemoryStore(), key = try StoreKey("a/c/0")
        let array = try ZarrArray.create(store, StoreKey("a"), metadata(.v3, [4], [4], [.bytes(.uint16), .zstd()]))
        try store.write(key, [1, 2, 3])
        #expect { try array.read(Region(wholeOf: [4])) } throws: {
            ($0 as? ZarrError)?.code == .corrupt && ($0 as? ZarrError)?.key == key && "\($0)".contains("a/c/0")
        }
    }

    @Test("a chunk larger than memory, and a region larger than memory, are refused before memory is taken")
    func hostileSizes() throws {
        let huge = 1 << 44
        let array = try ZarrArray.create(
            MemoryStore(), .root,
            ArrayMetadata(shape: [huge], type: .uint16, chunkShape: [huge], codecs: [.bytes(.uint16), .zstd()]))
        #expect { try array.read(Region(wholeOf: [huge])) } throws: { ($0 as? ZarrError)?.code == .limitExceeded }
        let small = Region(origin: [5], shape: [3])
        #expect(try array.read(small).bytes == [0, 0, 0, 0, 0, 0])
        try (array.store as? MemoryStore)?.write(StoreKey("c/0"), [1])
        #expect { try array.read(small) } throws: { ($0 as? ZarrError)?.code == .limitExceeded }
    }

    @Test("what is absent is not found, and says where it was looked for")
    func notFound() throws {
        #expect { try ZarrArray.open(MemoryStore(), StoreKey("x/y")) } throws: {
            ($0 as? ZarrError)?.code == .notFound && "\($0)".contains("x/y")
        }
        #expect { try ZarrGroup.open(MemoryStore()) } throws: { ($0 as? ZarrError)?.code == .notFound }
    }

    @Test("groups of both formats keep their attributes; consolidated metadata, null too, is passed over")
    func groups() throws {
        let store = MemoryStore()
        let attributes: JSONValue = ["b": 1.0, "a": ["x": nil]]
        for format in [ZarrFormat.v2, .v3] {
            let key = try StoreKey("g\(format.version ?? 0)")
            try ZarrGroup.create(store, key, format: format, attributes: attributes)
            let group = try ZarrGroup.open(store, key)
            #expect(group.format == format && group.attributes.description == attributes.description)
            #expect(throws: ZarrError.self) { try ZarrArray.open(store, key) }
        }
        for text in [
            #"{"zarr_format":3,"node_type":"group","consolidated_metadata":null}"#,
            #"{"zarr_format":3,"node_type":"group","consolidated_metadata":{"kind":"inline","metadata":{}}}"#,
            #"{"zarr_format":3,"node_type":"group","x":{"must_understand":false}}"#,
        ] {
            try store.write(StoreKey("zarr.json"), Array(text.utf8))
            #expect(try ZarrGroup.open(store).attributes == [:])
        }
        try store.write(StoreKey("zarr.json"), Array(#"{"zarr_format":3,"node_type":"group","x":1}"#.utf8))
        #expect { try ZarrGroup.open(store) } throws: { ($0 as? ZarrError)?.code == .unsupported }
    }
}
