import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("A part of an array")
struct ArrayPartTests {
    private static func source(chunk: [Int], shard: [Int]?, fill: UInt8) throws -> ZarrArray {
        let inner: [CodecSpec] = [.bytes(.uint16), .zstd(level: 1)]
        let metadata = ArrayMetadata(
            shape: [5, 7], type: .uint16, chunkShape: shard ?? chunk,
            codecs: shard == nil ? inner : [.sharding(chunk, inner)],
            fillValue: FillValue(bytes: [fill, 0], type: .uint16))
        let array = try ZarrArray.create(MemoryStore(), .root, metadata)
        var pixels = PixelBuffer(shape: [5, 7], type: .uint16)
        // The first rows are the fill value, and not stored.
        for index in 0..<pixels.count { pixels.bytes[2 * index] = index < 14 ? fill : UInt8(index) + 100 }
        try array.write(pixels)
        return array
    }

    private static var boxes: [Region] {
        (0..<5).flatMap { y in
            (1...5 - y).flatMap { rows in
                (0..<7).flatMap { x in (1...7 - x).map { Region(origin: [y, x], shape: [rows, $0]) } }
            }
        }
    }

    @Test(
        "every box of a small array, whatever the chunks and shards on either side",
        arguments: [[1, 1], [2, 3], [3, 2], [5, 7]], [nil, [6, 6]] as [[Int]?])
    func everyBox(chunk: [Int], shard: [Int]?) throws {
        let sourceShard = [1, 1] == chunk || chunk == [5, 7] ? nil : [6, 6]
        let array = try Self.source(chunk: chunk, shard: sourceShard, fill: 3)
        for (number, box) in Self.boxes.enumerated() {
            var options = CopyOptions(standardCompression: { _ in [.zstd()] }, memory: 1 << 20, threads: 1 + number % 2)
            options.part = box
            if shard != nil {
                options.chunkShape = [2, 3]
                options.sharding = .shape([4, 6])
            }
            let plan = try HierarchyCopyPlan(of: array.store, options), target = MemoryStore()
            try HierarchyCopy(plan, into: target, spillingTo: "/tmp").run()
            let part = try ZarrArray.open(target)
            #expect(part.metadata.shape == box.shape && part.metadata.fillValue == array.metadata.fillValue)
            #expect(try part.read(Region(wholeOf: box.shape)).bytes == array.read(box).bytes, "\(box)")
            #expect(plan.pixelBytes == box.shape.reduce(2, *))
        }
    }

    @Test("a box takes no more memory than is allowed, in two passes where it must")
    func twoPasses() throws {
        let array = try Self.source(chunk: [1, 7], shard: nil, fill: 0)
        var least = 1
        while true {
            var options = CopyOptions(standardCompression: { _ in [] }, memory: least, threads: 1)
            (options.part, options.chunkShape) = (Region(origin: [1, 2], shape: [4, 5]), [4, 1])
            guard let plan = try? HierarchyCopyPlan(of: array.store, options) else {
                least += 1
                continue
            }
            #expect(plan.peakBytes <= least && plan.spillBytes > 0)
            let target = MemoryStore()
            try HierarchyCopy(plan, into: target, spillingTo: "/tmp").run()
            let box = Region(origin: [1, 2], shape: [4, 5])
            #expect(try ZarrArray.open(target).read(Region(wholeOf: box.shape)).bytes == array.read(box).bytes)
            return
        }
    }
}
