import Testing
import Zarr

/// Bytes that numcodecs and c-blosc encoded, against the arrays they were made from.
@Suite(.enabled(if: SharedFolder.hasConformance))
struct NumcodecsFixtureTests {
    private static let folder = "numcodecs/fixture"
    private static let filters: Set<String> = [
        "delta", "shuffle", "packbits", "fixedscaleoffset", "crc32", "crc32c", "adler32",
    ]
    /// No other codecs, because their elements are strings or objects, or nobody uses them in Zarr.
    private static let refused: Set<String> = ["base64", "json2", "vlen-array", "vlen-bytes", "vlen-utf8"]

    private let store: DirectoryStore

    init() throws { store = try DirectoryStore(path: SharedFolder.conformance, create: false) }

    private func read(_ path: String) throws -> [UInt8] {
        try #require(try store.read(StoreKey(Self.folder).appending(path)), "\(path) is absent")
    }

    /// A v2 array of one chunk.
    private func zarray(_ dtype: String, _ count: Int, _ codec: JSONValue) -> JSONValue {
        let isFilter = Self.filters.contains(codec["id"]?.string ?? "")
        return [
            "zarr_format": 2, "shape": [JSONValue(count)], "chunks": [JSONValue(count)], "dtype": .string(dtype),
            "compressor": isFilter ? nil : codec, "filters": isFilter ? .array([codec]) : nil, "order": "C",
            "fill_value": nil,
        ]
    }

    private func decode(_ encoded: [UInt8], _ document: JSONValue) throws -> [UInt8] {
        let memory = MemoryStore()
        try memory.write(StoreKey(".zarray"), Array(document.description.utf8))
        try memory.write(StoreKey("0"), encoded)
        let array = try ZarrArray.open(memory)
        return try array.read(Region(wholeOf: array.metadata.shape)).bytes
    }

    @Test("every encoded array decodes to the array it was made from")
    func decodesAll() throws {
        var counts = [String: Int]()
        for name in try store.list(StoreKey(Self.folder)) where !Self.refused.contains(name) {
            let below = try store.list(StoreKey("\(Self.folder)/\(name)"))
            let folders = name == "delta" ? below.map { "\(name)/\($0)" } : [name]
            for folder in folders {
                for codec in try store.list(StoreKey("\(Self.folder)/\(folder)")) where codec.hasPrefix("codec") {
                    counts[name, default: 0] += try decodesAll("\(folder)/\(codec)", arrays: folder)
                }
            }
        }
        print("numcodecs: \(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
        #expect(
            counts == [
                "adler32": 13, "blosc": 169, "bz2": 52, "crc32": 13, "crc32c": 13, "delta": 5, "fixedscaleoffset": 25,
                "gzip": 78, "lz4": 91, "lzma": 65, "packbits": 4, "shuffle": 52, "zlib": 78, "zstd": 130,
            ])
    }

    /// - Returns: how many arrays a codec decoded.
    private func decodesAll(_ codec: String, arrays: String) throws -> Int {
        let configuration = try JSONValue.parse(read("\(codec)/config.json"))
        var count = 0
        for name in try store.list(StoreKey("\(Self.folder)/\(codec)")) where name.hasSuffix(".dat") {
            let array = try NumPyFile(read("\(arrays)/array.\(name.split(separator: ".")[1]).npy"))
            // Dates are integers to a codec.
            let dtype = array.dtype.contains("8[") ? "<i8" : array.dtype
            let type = try ArrayMetadata.v2(zarray: zarray(dtype, 1, nil)).type
            let elements = array.elements.count / type.size
            let decoded = try decode(
                read("\(codec)/\(name)"), zarray(dtype, elements, configuration))
            if let scale = configuration["scale"]?.double {
                let (a, b) = (doubles(decoded), doubles(array.elements))
                #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 0.5001 / scale + 1e-12 }, "\(codec)/\(name)")
            } else if dtype == "<f4" || dtype == "<f8", arrays.hasPrefix("delta") {
                // Differences of floats are rounded, and so are their sums.
                let (a, b) =
                    dtype == "<f4"
                    ? (floats(decoded), floats(array.elements)) : (doubles(decoded), doubles(array.elements))
                #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * abs($1) }, "\(codec)/\(name)")
            } else {
                #expect(decoded == array.elements, "\(codec)/\(name)")
            }
            count += 1
        }
        return count
    }

    private func doubles(_ bytes: [UInt8]) -> [Double] {
        PixelBuffer(shape: [bytes.count / 8], type: .float64, bytes: bytes).elements()
    }

    private func floats(_ bytes: [UInt8]) -> [Double] {
        PixelBuffer(shape: [bytes.count / 4], type: .float32, bytes: bytes).elements(as: Float.self).map { Double($0) }
    }

    @Test("codecs of strings and objects are refused by name", arguments: refused.sorted())
    func refuses(name: String) throws {
        let configuration = try JSONValue.parse(read("\(name)/codec.00/config.json"))
        #expect { try ArrayMetadata.v2(zarray: zarray("|u1", 1, configuration)) } throws: {
            ($0 as? ZarrError)?.code == .unsupported && "\($0)".contains("\"\(name)\"")
        }
    }

    @Test("frames of every c-blosc since 1.3 decode, those of snappy too or say that c-blosc has none")
    func cBlosc() throws {
        let folder = try StoreKey("c-blosc/compat")
        let expected = (0..<1_000_000).map { Int32($0) }.withUnsafeBytes { Array($0) }
        var decoded = 0, refused = 0
        for name in try store.list(folder) where name.hasSuffix(".cdata") {
            let frame = try #require(try store.read(folder.appending(name)))
            do {
                #expect(try decode(frame, zarray("<i4", 1_000_000, ["id": "blosc"])) == expected, "\(name)")
                decoded += 1
            } catch let error as ZarrError where name.contains("snappy") {
                #expect(error.code == .unsupported && error.message.contains("\"snappy\""), "\(name)")
                refused += 1
            }
        }
        print("c-blosc: \(decoded) decoded, \(refused) refused for snappy")
        #expect(decoded + refused == 29 && refused <= 5)
    }
}
