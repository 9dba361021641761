import Testing
import Zarr

/// Filters and compressors of v2, and the separator it may leave out.
struct V2CodecTests {
    private func zarray(_ dtype: String, filters: JSONValue, compressor: JSONValue = nil) -> JSONValue {
        [
            "zarr_format": 2, "shape": [10, 20], "chunks": [5, 10], "dtype": .string(dtype), "compressor": compressor,
            "fill_value": 0, "order": "C", "filters": filters, "dimension_separator": "/",
        ]
    }

    @Test("what stands in a .zarray stands there again")
    func keepsDocuments() throws {
        let documents = [
            zarray("<i2", filters: [["id": "delta", "dtype": "<i2", "astype": "<i4"], ["id": "crc32"]]),
            zarray(
                "<i2", filters: [["id": "delta", "dtype": "<i2", "astype": "|i1"]],
                compressor: ["id": "bz2", "level": 3]),
            zarray(
                ">f4",
                filters: [
                    ["id": "fixedscaleoffset", "offset": 1000, "scale": 0.5, "dtype": ">f4", "astype": ">i2"],
                    ["id": "delta", "dtype": ">i2", "astype": ">i2"], ["id": "shuffle", "elementsize": 2],
                    ["id": "crc32c"], ["id": "crc32c", "location": "start"],
                ], compressor: ["id": "lz4", "acceleration": 1]),
            zarray("<f8", filters: [["id": "bitround", "keepbits": 3]]),
            zarray("|b1", filters: [["id": "packbits"]], compressor: ["id": "zlib", "level": 1]),
            zarray(
                "<u2", filters: nil,
                compressor: ["id": "lzma", "format": 3, "check": -1, "preset": nil, "filters": [["id": 33]]]),
        ]
        for document in documents {
            var document = document
            let metadata = try ArrayMetadata.v2(zarray: document)
            _ = try ZarrArray(metadata, MemoryStore())
            if document["dtype"] == "|b1" { document["fill_value"] = false }
            if document["dtype"] == ">f4" || document["dtype"] == "<f8" { document["fill_value"] = 0.0 }
            let written = try metadata.zarrayJSON()
            #expect(written == document, "\(written)")
        }
    }

    @Test("filters on elements become codecs of v3 in front of bytes, which order what the last one leaves")
    func mapsToV3() throws {
        let metadata = try ArrayMetadata.v2(
            zarray: zarray(
                "<f4",
                filters: [
                    ["id": "fixedscaleoffset", "offset": 0, "scale": 1, "dtype": "<f4", "astype": ">i2"],
                    ["id": "shuffle", "elementsize": "2"],
                ]))
        #expect(
            metadata.codecs == [
                CodecSpec(
                    "numcodecs.fixedscaleoffset", ["offset": 0, "scale": 1, "dtype": "float32", "astype": "int16"]),
                .bytes(.int16, bigEndian: true), CodecSpec("numcodecs.shuffle", ["elementsize": 2]),
            ])
        // The same codecs in v3 are the same array, so that it need not be encoded again.
        var v3 = metadata
        v3.format = .v3
        #expect(try ArrayMetadata(json: v3.json()).codecs == metadata.codecs)
    }

    @Test("filters that take bytes for other elements than they are are refused")
    func refusesOtherBytes() {
        let delta: (String) -> JSONValue = { ["id": "delta", "dtype": .string($0), "astype": .string($0)] }
        let refused: [(String, String, JSONValue)] = [
            ("another order", "<i2", [delta(">i2")]),
            ("behind \"shuffle\"", "<i2", [["id": "shuffle", "elementsize": 2], delta("<i2")]),
            ("does not fit", "<i2", [delta("<i4")]), ("does not fit", "<i2", [delta("|u1")]),
            ("bool", "<i2", [["id": "packbits"]]), ("list or null", "<i2", ["id": "delta"]),
            (
                "another order", "<f4",
                [
                    ["id": "fixedscaleoffset", "offset": 0, "scale": 1, "dtype": "<f4", "astype": ">i2"], delta("<i2"),
                ]
            ),
        ]
        for (words, dtype, filters) in refused {
            #expect("\(filters)") { try ArrayMetadata.v2(zarray: zarray(dtype, filters: filters)) } throws: {
                $0 is ZarrError && "\($0)".contains(words)
            }
        }
    }

    @Test("v2 cannot say packbits of v3, nor a filter behind bytes")
    func cannotSay() {
        for codecs in [[CodecSpec("packbits")], [], [CodecSpec("numcodecs.delta", ["dtype": "uint8"])]] {
            let metadata = ArrayMetadata(
                format: .v2, shape: [4], type: .uint8, chunkShape: [4], codecs: codecs, keyEncoding: .v2())
            #expect { try metadata.zarrayJSON() } throws: { ($0 as? ZarrError)?.code == .unsupported }
        }
    }

    // MARK: - The separator

    /// An array written with a separator its document does not name.
    private func silentArray(_ separator: ChunkKeyEncoding.Separator, _ chunk: [UInt8], shape: [Int] = [4, 4]) throws
        -> MemoryStore
    {
        let store = MemoryStore()
        let metadata = ArrayMetadata(
            format: .v2, shape: shape, type: .uint8, chunkShape: shape.map { _ in 2 }, codecs: [.bytes(.uint8)],
            keyEncoding: .v2(separator))
        let array = try ZarrArray.create(store, .root, metadata)
        try chunk.withUnsafeBytes { try array.writeChunk(shape.map { _ in 1 }, $0, CodecWorkspace()) }
        var document = try metadata.zarrayJSON()
        document["dimension_separator"] = nil
        try store.write(StoreKey(".zarray"), document.serialized(pretty: true))
        return store
    }

    @Test(
        "chunks in folders are found though the document does not say so",
        arguments: [ChunkKeyEncoding.Separator.dot, .slash])
    func findsSeparator(separator: ChunkKeyEncoding.Separator) throws {
        let array = try ZarrArray.open(silentArray(separator, [1, 2, 3, 4]))
        #expect(array.metadata.keyEncoding == .v2(separator))
        #expect(try array.read(Region(origin: [2, 2], shape: [2, 2])).bytes == [1, 2, 3, 4])
    }

    @Test("the store is asked only where it must be")
    func asksRarely() throws {
        func questions(_ store: MemoryStore) throws -> [Int] {
            let counting = CountingStore(store)
            _ = try ZarrArray.open(counting)
            return [counting.counts.sizes, counting.counts.lists]
        }
        let nested = try silentArray(.slash, [1, 2, 3, 4])
        #expect(try questions(nested) == [1, 1])
        // The first chunk is there, under the name the specification gives it.
        let flat = try silentArray(.dot, [1, 2, 3, 4])
        try flat.write(StoreKey("0.0"), [1, 2, 3, 4])
        #expect(try questions(flat) == [1, 0])
        // One axis has no separator; a given one is believed.
        #expect(try questions(silentArray(.slash, [1, 2], shape: [4])) == [0, 0])
        try nested.write(StoreKey(".zarray"), Array(zarray("|u1", filters: nil).description.utf8))
        #expect(try questions(nested) == [0, 0])
    }
}
