import Testing
import Zarr

struct ArrayMetadataTests {
    /// A v3 document that is right, with some members replaced; a nil value removes one.
    private func document(_ changes: KeyValuePairs<String, JSONValue?> = [:]) -> JSONValue {
        var json: JSONValue = [
            "zarr_format": 3, "node_type": "array", "shape": [10, 20], "data_type": "uint16",
            "chunk_grid": ["name": "regular", "configuration": ["chunk_shape": [5, 10]]],
            "chunk_key_encoding": ["name": "default"], "fill_value": 0,
            "codecs": [["name": "bytes", "configuration": ["endian": "little"]]],
        ]
        for (name, value) in changes { json[name] = value }
        return json
    }

    private func v2(_ changes: KeyValuePairs<String, JSONValue?> = [:]) -> JSONValue {
        var json: JSONValue = [
            "zarr_format": 2, "shape": [10, 20], "chunks": [5, 10], "dtype": "<u2", "compressor": nil, "fill_value": 0,
            "order": "C", "filters": nil,
        ]
        for (name, value) in changes { json[name] = value }
        return json
    }

    @Test("the smallest v3 document reads, and what is absent has its standard value")
    func readsMinimal() throws {
        let metadata = try ArrayMetadata(json: document())
        #expect(metadata.format == .v3 && metadata.shape == [10, 20] && metadata.type == .uint16)
        #expect(
            metadata.chunkShape == [5, 10] && metadata.innerChunkShape == [5, 10] && metadata.gridShape == [2, 2])
        #expect(metadata.codecs == [.bytes(.uint16)] && metadata.fillValue == .zero(.uint16))
        #expect(metadata.key(ofChunk: [1, 0]) == "c/1/0" && metadata.dimensionNames == nil)
        #expect(metadata.attributes == [:])
    }

    @Test("what the specification allows is accepted")
    func accepts() throws {
        // Neither where the index is nor what stands for its codecs has to be written as we do.
        let sharding: JSONValue = [
            "chunk_shape": [1, 2], "codecs": [CodecSpec.bytes(.uint16).json],
            "index_codecs": [CodecSpec.bytes(.uint64).json, "crc32c"],
        ]
        let allowed: [KeyValuePairs<String, JSONValue?>] = [
            ["storage_transformers": []], ["dimension_names": [nil, "x"]], ["dimension_names": nil],
            ["extension": ["must_understand": false, "purpose": "none"]], ["chunk_key_encoding": "default"],
            ["chunk_key_encoding": ["name": "v2", "configuration": ["separator": "/"]]],
            ["data_type": ["name": "uint16"]], ["data_type": "uint8", "codecs": ["bytes"]],
            ["data_type": "uint8", "codecs": [["name": "bytes", "configuration": ["endian": "big"]], "crc32c"]],
            ["shape": [0, 20]], ["shape": [1, 1]], ["attributes": ["zarr_format": 4]],
            ["shape": [], "chunk_grid": ["name": "regular", "configuration": ["chunk_shape": []]]],
            ["data_type": "bool", "fill_value": 0, "codecs": ["bytes"]],
            ["codecs": [["name": "sharding_indexed", "configuration": sharding]]],
        ]
        for changes in allowed { _ = try ZarrArray(ArrayMetadata(json: document(changes)), MemoryStore()) }
    }

    @Test("what the specification forbids is refused, what we cannot read is named as unsupported")
    func refuses() {
        let grid: (JSONValue) -> JSONValue = { ["name": "regular", "configuration": ["chunk_shape": $0]] }
        let corrupt: [KeyValuePairs<String, JSONValue?>] = [
            ["zarr_format": 2], ["zarr_format": "3"], ["zarr_format": 3.0], ["node_type": "group"], ["node_type": nil],
            ["shape": nil], ["shape": 10], ["shape": [10, -1]], ["shape": [10, 1.5]], ["shape": [10, "20"]],
            ["data_type": nil], ["data_type": 5], ["chunk_grid": nil], ["chunk_grid": ["name": "regular"]],
            ["chunk_grid": grid([5])], ["chunk_grid": grid([5, 0])], ["chunk_grid": grid([5, -5])],
            ["chunk_grid": grid([5, 10, 1])], ["chunk_key_encoding": nil],
            ["chunk_key_encoding": ["name": "default", "configuration": ["separator": "-"]]], ["fill_value": nil],
            ["fill_value": -1], ["fill_value": 65536], ["fill_value": 0.5], ["fill_value": "0"], ["fill_value": .null],
            ["codecs": nil], ["codecs": []], ["codecs": "bytes"], ["codecs": [5]], ["codecs": ["bytes"]],
            ["codecs": [["name": "bytes", "configuration": 5]]], ["attributes": []], ["dimension_names": ["x"]],
            ["dimension_names": [1, 2]], ["storage_transformers": "x"], ["shape": [281_474_976_710_657, 1]],
            ["data_type": "r7"], ["data_type": "r0"], ["data_type": "r99999999999"], ["data_type": "complex64"],
            ["data_type": "fixed_length_utf32"], ["shape": [281_474_976_710_656, 281_474_976_710_656]],
            ["shape": [281_474_976_710_656, 281_474_976_710_656, 0], "chunk_grid": grid([1, 1, 1])],
            ["chunk_grid": grid([281_474_976_710_656, 281_474_976_710_656])],
        ]
        let unsupported: [KeyValuePairs<String, JSONValue?>] = [
            ["data_type": "complex32"], ["data_type": "string"], ["data_type": "raw"],
            ["data_type": ["name": "numpy.datetime64"]],
            ["chunk_grid": ["name": "rectilinear"]], ["chunk_key_encoding": "fancy"], ["extension": 5],
            ["extension": ["must_understand": true]], ["extension": ["must_understand": "false"]], ["extension": [:]],
            ["storage_transformers": [["name": "x"]]], ["codecs": ["bytes2"]],
            // To skip an unknown codec would be to read garbage.
            ["codecs": [CodecSpec.bytes(.uint16).json, ["name": "x", "must_understand": false]]],
            ["data_type": ["name": "x", "must_understand": false]],
        ]
        for (code, cases) in [(ZarrError.Code.corrupt, corrupt), (.unsupported, unsupported)] {
            for changes in cases {
                #expect("\(changes)") {
                    _ = try ZarrArray(ArrayMetadata(json: document(changes)), MemoryStore())
                } throws: {
                    ($0 as? ZarrError)?.code == code
                }
            }
        }
        #expect(throws: ZarrError.self) { try ArrayMetadata(json: [1]) }
    }

    @Test("the document written is the one strict readers want")
    func writesStrictly() throws {
        let codecs = CodecSpec.sharding(
            [5, 5],
            [
                CodecSpec("bytes", ["endian": "little"]),
                CodecSpec("blosc", ["cname": "zstd", "clevel": 3, "shuffle": "shuffle"]),
            ])
        let metadata = ArrayMetadata(
            shape: [10, 20], type: .float32, chunkShape: [5, 10], codecs: [codecs], dimensionNames: ["y", nil],
            attributes: ["a": 1.0])
        let expected = """
            {"zarr_format":3,"node_type":"array","shape":[10,20],"data_type":"float32",\
            "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[5,10]}},\
            "chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},"fill_value":0.0,\
            "codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[5,5],\
            "codecs":[{"name":"bytes","configuration":{"endian":"little"}},\
            {"name":"blosc","configuration":{"cname":"zstd","clevel":3,"shuffle":"shuffle","typesize":4,"blocksize":0}}],\
            "index_codecs":[{"name":"bytes","configuration":{"endian":"little"}},{"name":"crc32c"}],\
            "index_location":"end"}}],"attributes":{"a":1.0},"dimension_names":["y",null]}
            """
        #expect(metadata.json().description == expected)
        #expect(try ArrayMetadata(json: metadata.json()).json() == metadata.json())
    }

    @Test("a v2 document becomes the form of v3 and back")
    func readsV2() throws {
        let json = v2([
            "compressor": ["id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 2, "blocksize": 0], "dtype": ">f4",
            "order": "F", "fill_value": "NaN", "dimension_separator": "/",
        ])
        let metadata = try ArrayMetadata.v2(zarray: json, zattrs: ["k": 1])
        #expect(
            metadata.codecs == [
                .transpose([1, 0]), .bytes(.float32, bigEndian: true),
                .blosc(.float32, "lz4", level: 5, shuffle: .bits),
            ])
        #expect(metadata.key(ofChunk: [1, 0]) == "1/0" && metadata.attributes == ["k": 1])
        let expected = """
            {"zarr_format":2,"shape":[10,20],"chunks":[5,10],"dtype":">f4","compressor":{"id":"blosc","cname":"lz4",\
            "clevel":5,"shuffle":2,"blocksize":0},"fill_value":"NaN","order":"F","filters":null,"dimension_separator":"/"}
            """
        #expect(try metadata.zarrayJSON().description == expected)
    }

    @Test("what writers of v2 have left behind is accepted")
    func toleratesV2() throws {
        let allowed: [KeyValuePairs<String, JSONValue?>] = [
            ["filters": []], ["filters": nil], ["compressor": nil], ["fill_value": .null], ["fill_value": "0"],
            ["fill_value": 0.0], ["fill_value": nil], ["_nczarr_array": 5], ["dtype": "|b1"], ["dtype": "<u1"],
            ["dtype": ">i8"], ["compressor": ["id": "zlib", "level": "4"]], ["filters": [["id": "crc32c"]]],
            [
                "compressor": [
                    "id": "blosc", "shuffle": -1, "typesize": 2, "clevel": 5, "cname": "zstd", "blocksize": 0,
                ]
            ],
            ["dimension_separator": .null],
        ]
        for changes in allowed { _ = try ZarrArray(.v2(zarray: v2(changes)), MemoryStore()) }
        let metadata = try ArrayMetadata.v2(zarray: v2())
        #expect(metadata.key(ofChunk: [1, 0]) == "1.0")
    }

    @Test("v2 documents that break the rules are refused, filters we cannot read are named")
    func refusesV2() {
        let bad: [(String, KeyValuePairs<String, JSONValue?>)] = [
            ("2", ["zarr_format": 3]), ("shape", ["shape": nil]), ("chunk", ["chunks": [5]]), ("order", ["order": "X"]),
            ("|O", ["dtype": "|O"]), ("|U7", ["dtype": "|U7"]), ("<M8[ns]", ["dtype": "<M8[ns]"]),
            ("|u2", ["dtype": "|u2"]), ("u2", ["dtype": "u2"]),
            ("zfpy", ["filters": [["id": "zfpy"]]]), ("pcodec", ["compressor": ["id": "pcodec"]]),
            ("id", ["compressor": ["name": "zstd"]]), ("separator", ["dimension_separator": "-"]),
            ("[[", ["dtype": [["a", "<u2"]]]), ("fill_value", ["fill_value": "x"]),
            ("fill_value", ["fill_value": 70000]),
        ]
        for (word, changes) in bad {
            #expect("\(changes)") { try ArrayMetadata.v2(zarray: v2(changes)) } throws: {
                $0 is ZarrError && "\($0)".contains(word)
            }
        }
    }

    @Test("v2 says what it cannot say")
    func v2Limits() {
        let keys = ChunkKeyEncoding.v2(.slash), bytes = CodecSpec.bytes(.uint8)
        for (codecs, encoding) in [
            ([.sharding([1, 1, 1], [bytes])], keys), ([.transpose([1, 2, 0]), bytes], keys), ([bytes], .default()),
            ([bytes, CodecSpec("lzma")], keys),
        ] as [([CodecSpec], ChunkKeyEncoding)] {
            let metadata = ArrayMetadata(
                format: .v2, shape: [4, 4, 4], type: .uint8, chunkShape: [2, 2, 2], codecs: codecs,
                keyEncoding: encoding)
            #expect { try metadata.zarrayJSON() } throws: { ($0 as? ZarrError)?.code == .unsupported }
        }
    }

    @Test("chunk keys follow the encoding, also without axes")
    func chunkKeys() {
        #expect(ChunkKeyEncoding.default().key(ofChunk: [1, 23, 45]) == "c/1/23/45")
        #expect(ChunkKeyEncoding.default(.dot).key(ofChunk: [1, 23]) == "c.1.23")
        #expect(ChunkKeyEncoding.default().key(ofChunk: []) == "c")
        #expect(ChunkKeyEncoding.v2().key(ofChunk: [1, 23]) == "1.23")
        #expect(ChunkKeyEncoding.v2(.slash).key(ofChunk: [1, 23]) == "1/23")
        #expect(ChunkKeyEncoding.v2().key(ofChunk: []) == "0")
    }

    @Test("the metadata fixtures of zarr-python read", .enabled(if: SharedFolder.hasConformance))
    func zarrPythonFixtures() throws {
        let store = try DirectoryStore(path: SharedFolder.conformance, create: false)
        let folder = try StoreKey("zarr-python/packages/zarr-metadata/tests")
        func json(_ path: String) throws -> JSONValue {
            try JSONValue.parse(#require(try store.read(folder.appending(path))))
        }
        let outOfScope = ["rectilinear_grid.json", "rectilinear_grid_with_rle.json", "datatype_named_config.json"]
        for name in try store.list(folder.appending("v3/array")) {
            let document = try json("v3/array/\(name)")
            if outOfScope.contains(name) {
                #expect { try ArrayMetadata(json: document) } throws: { ($0 as? ZarrError)?.code == .unsupported }
            } else {
                _ = try ZarrArray(ArrayMetadata(json: document), MemoryStore())
            }
        }
        for type in DataType.samples {
            let key = try folder.appending("v3/data_type/\(type)/fill_values.json")
            guard let bytes = try store.read(key) else { continue }
            for (name, value) in try #require(try JSONValue.parse(bytes).object) {
                let fill = try FillValue(json: value, type: type)
                #expect(try FillValue(json: fill.json, type: type) == fill, "\(type) \(name)")
            }
        }
    }
}
