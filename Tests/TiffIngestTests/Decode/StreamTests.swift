import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("Blocks decoded in sequence")
struct StreamTests {
    /// Limits by which every compressed block that can be is decoded in sequence.
    static let streamed: TiffLimits = {
        var limits = TiffLimits.standard
        limits.streamedBytes = 0
        return limits
    }()

    /// A table's image of one page, opened both ways; nil where its blocks cannot be decoded in sequence.
    private func images(_ row: [String: String]) throws -> (whole: TiffImage, streamed: TiffImage)? {
        guard CorpusTests.reasonOutOfScope(row) == nil, let name = row["file"] else { return nil }
        let path = SharedFiles.folder + "/corpus/" + name
        let streamed = try TiffDocument.open(path: path, limits: Self.streamed).series[0]
        guard streamed.maximumReaders == 1 else { return nil }
        return (try TiffDocument.open(path: path).series[0], streamed)
    }

    @Test("every file of the corpus reads the same", .enabled(if: SharedFiles.areThere))
    func corpus() throws {
        var compressions = [String: Int]()
        for row in try SharedFiles.table("corpus/INDEX.tsv") {
            guard let (whole, streamed) = try images(row) else { continue }
            let shape = (row["shape"] ?? "").split(separator: "x").compactMap { Int($0) }
            #expect(try streamed.hash(axes: row["axes"] ?? "", shape: shape) == row["sha256"], "\(row["file"] ?? "")")
            #expect(whole.maximumReaders == .max)
            compressions[row["compression"] ?? "", default: 0] += 1
        }
        print("streamed: \(compressions.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })")
        for name in [
            "5:LZW", "8:ADOBE_DEFLATE", "32773:PACKBITS", "32946:DEFLATE", "34925:LZMA", "50000:ZSTD", "7:JPEG",
        ] {
            #expect(compressions[name, default: 0] > 0, "\(name)")
        }
    }

    @Test("rows read forwards, backwards and at random are the same rows", .enabled(if: SharedFiles.areThere))
    func rows() throws {
        var random = SeededRandom(3)
        for row in try SharedFiles.table("corpus/INDEX.tsv") {
            guard let (whole, streamed) = try images(row) else { continue }
            let shape = whole.description.shape, y = shape.count - 2
            guard shape.reduce(whole.description.type.size, *) < 1 << 20 else { continue }
            var pixels = try whole.read(Region(wholeOf: shape))
            let reader = try streamed.makeReader()
            let forwards = stride(from: 0, to: shape[y], by: max(1, shape[y] / 7)).map { ($0, 1) }
            let anywhere = (0..<12).map { _ in (Int(random.next() >> 1) % shape[y], 1 + Int(random.next() >> 1) % 5) }
            for (first, count) in forwards + anywhere {
                var region = Region(wholeOf: shape)
                region.origin[y] = first
                region.shape[y] = min(count, shape[y] - first)
                var found = PixelBuffer(shape: region.shape, type: pixels.type), expected = found
                try found.withPixels { try reader.read(region, level: 0, into: $0) }
                pixels.withPixels { all in expected.withPixels { $0.copy(from: all.subview(region)) } }
                #expect(found.bytes == expected.bytes, "\(row["file"] ?? "") rows \(first) + \(count)")
            }
        }
    }

    /// All a decoder gives of some bytes, asked for in parts of any size; nil where it refuses them.
    private func decode(
        _ compression: Compression, _ file: TiffFile, capacity: Int, piece: Int, _ random: inout SeededRandom
    ) -> [UInt8]? {
        let input = StoredInput(file, 0..<file.size, isBitReversed: false, pieceBytes: piece)
        guard let decoder = try? compression.sequentialDecoder() else { return nil }
        var output = [UInt8]()
        while output.count < capacity {
            var part = [UInt8](repeating: 0, count: min(capacity - output.count, 1 + Int(random.next() >> 1) % 40))
            guard let got = try? part.withUnsafeMutableBytes({ try decoder.decode(input, into: $0) }) else {
                return nil
            }
            output += part[..<got]
            if got < part.count { break }
        }
        return output
    }

    /// All the decoder of whole blocks gives; nil where it refuses.
    private func decodeWhole(_ compression: Compression, _ bytes: [UInt8], capacity: Int) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: capacity)
        let count = bytes.withUnsafeBytes { source in
            output.withUnsafeMutableBytes { target in
                compression == .lzw
                    ? try? LZWDecoder().decode(source, into: target) : PackBits.decode(source, into: target)
            }
        }
        return count.map { Array(output[..<$0]) }
    }

    @Test("random bytes decode, or are refused, as whole blocks do", arguments: [5, 32773])
    func randomBytes(number: Int) throws {
        let compression = Compression(rawValue: number)
        var random = SeededRandom(UInt64(number)), read = 0
        for round in 0..<400 {
            // Half of them begin as LZW does: with a clear code, of either form.
            var bytes = (0..<2 + Int(random.next() >> 1) % 600).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if round % 4 == 0 { bytes[0] = 0x80 }
            if round % 4 == 1 { bytes.replaceSubrange(0..<2, with: [0x00, bytes[1] | 1]) }
            try TemporaryFolder.with { folder in
                try TemporaryFolder.write(bytes, folder + "/bytes")
                let file = try TiffFile(path: folder + "/bytes")
                let expected = decodeWhole(compression, bytes, capacity: 5000)
                let found = decode(compression, file, capacity: 5000, piece: 2 + round % 9, &random)
                #expect(found == expected, "round \(round)")
                read += expected == nil ? 0 : 1
            }
        }
        #expect(read > 20)
    }

    @Test("a strip that ends too early says how much of it there is")
    func truncated() throws {
        var builder = TiffBuilder()
        // PackBits: 128 bytes of 7, of which the tags claim 200.
        let data = builder.add([0x81, 7])
        builder.setFirst(
            builder.add(
                TiffBuilder.grey(width: 10, height: 20, offset: data).map {
                    switch $0.tag {
                    case 259: .short(259, 32773)
                    case 279: .long(279, 4)
                    default: $0
                    }
                }))
        try builder.withFile { path in
            let image = try TiffDocument.open(path: path, limits: Self.streamed).series[0]
            let part = try image.read(Region(origin: [3, 2], shape: [9, 8]))
            #expect(part.bytes == [UInt8](repeating: 7, count: 72))
            let reader = try image.makeReader()
            var pixels = PixelBuffer(shape: [20, 10], type: .uint8)
            for _ in 0..<2 {
                let error = #expect(throws: TiffError.self) {
                    try pixels.withPixels { try reader.read(Region(wholeOf: [20, 10]), level: 0, into: $0) }
                }
                #expect(error?.code == .damaged)
                #expect(error?.message.hasPrefix("cannot read strip 0: PackBits data hold ") == true)
            }
        }
    }

    /// The pixels of a file of these bytes; nil where it is refused or has another shape.
    private func read(_ bytes: [UInt8], _ limits: TiffLimits, shape: [Int]) -> [UInt8]? {
        try? TemporaryFolder.with { folder in
            try TemporaryFolder.write(bytes, folder + "/a.tif")
            let image = try TiffDocument.open(path: folder + "/a.tif", limits: limits).series[0]
            guard image.description.shape == shape else { return nil }
            return try image.read(Region(wholeOf: shape)).bytes
        }
    }

    @Test(
        "damaged JPEG decodes, or is refused, as whole blocks do", .enabled(if: SharedFiles.areThere),
        arguments: ["orientation/test_orient0.tif", "compression/cantaloupe/tif-rgb-1res-64x56x8-striped-jpeg.tif"])
    func damagedJPEG(name: String) throws {
        let path = SharedFiles.folder + "/corpus/" + name
        let sound = try SharedFiles.bytes(path), shape = try TiffDocument.open(path: path).series[0].description.shape
        var random = SeededRandom(7), read = 0, refused = 0
        for round in 0..<300 {
            var bytes = sound
            for _ in 0...round % 3 { bytes[Int(random.next() >> 1) % bytes.count] = UInt8(random.next() & 255) }
            let whole = self.read(bytes, .standard, shape: shape)
            #expect(whole == self.read(bytes, Self.streamed, shape: shape), "round \(round)")
            if whole == nil { refused += 1 } else { read += 1 }
        }
        // What is damaged in the bits of a scan libjpeg repairs.
        #expect(read > 30 && refused > 5, "\(read) read, \(refused) refused")
    }

    @Test("what must be decoded whole is refused beyond the limit, with what would work", arguments: [50001, 34887])
    func wholeOnly(number: Int) throws {
        var builder = TiffBuilder()
        let data = builder.add([UInt8](repeating: 0, count: 40))
        builder.setFirst(
            builder.add(
                TiffBuilder.grey(width: 65_535, height: 65_535, offset: data).map {
                    switch $0.tag {
                    case 259: .short(259, number)
                    case 279: .long(279, 40)
                    default: $0
                    }
                }))
        try builder.withFile { path in
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
            #expect(error?.code == .limitExceeded)
            #expect(
                error?.message.contains("deflate, Zstandard, LZW or LZMA, which may have blocks of any size") == true)
        }
    }
}
