import OMEZarr
import Pyramid
import Synchronization
import Testing
import Zarr

@Suite("Levels made on demand")
struct OnDemandPyramidTests {
    @Test("equal those of a conversion", arguments: [false, true], [[3, 700, 1100], [1, 257, 513], [2, 1, 5]])
    func sameAsConversion(_ isLabels: Bool, _ shape: [Int]) throws {
        let axes: [Axis] = [isLabels ? .space("z") : .c, .space("y"), .space("x")]
        let description = ImageDescription(axes: axes, shape: shape, type: .uint16, isLabels: isLabels)
        let source = CountingImage(description), store = MemoryStore()
        var options = PyramidOptions(compression: [], memory: 1 << 30, threads: 1)
        options.minSize = 64
        _ = try Conversion(
            source, PyramidPlan(of: source, options), into: store, generator: Generator(name: "test", version: "1")
        ).run()
        let converted = try OMEZarrImage.open(store)
        let pyramid = try OnDemandPyramid(source, minSize: 64, cache: BlockCache(capacity: 1 << 24))
        #expect(pyramid.description.levels == converted.description.levels)
        for level in converted.description.levels.indices.reversed() {
            let whole = Region(wholeOf: converted.description.levels[level].shape)
            #expect(
                try pyramid.read(whole, level: level).bytes == converted.read(whole, level: level).bytes, "\(level)")
        }
    }

    @Test("read each block of the source once, however many ask at once")
    func singleFlight() throws {
        let source = CountingImage(
            ImageDescription(axes: [.space("y"), .space("x")], shape: [2048, 2048], type: .uint8))
        let pyramid = try OnDemandPyramid(source, cache: BlockCache(capacity: 1 << 26))
        let coarsest = pyramid.description.levels.count - 1
        let whole = Region(wholeOf: pyramid.description.levels[coarsest].shape)
        let first = try pyramid.read(whole, level: coarsest)
        let once = source.pixelsRead.load(ordering: .relaxed)
        #expect(once == 2048 * 2048)
        let other = CountingImage(source.description)
        let shared = try OnDemandPyramid(other, cache: BlockCache(capacity: 1 << 26))
        try WorkerPool(threads: 8).run(32) { _, _ in
            let pixels = try shared.read(whole, level: coarsest)
            #expect(pixels.bytes == first.bytes)
        }
        #expect(other.pixelsRead.load(ordering: .relaxed) == once)
    }

    @Test("come out right where next to nothing is remembered")
    func smallCache() throws {
        let source = CountingImage(
            ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 1500, 900], type: .uint16))
        let large = try OnDemandPyramid(source, cache: BlockCache(capacity: 1 << 26))
        let small = try OnDemandPyramid(source, cache: BlockCache(capacity: 1 << 10))
        for level in large.description.levels.indices {
            let whole = Region(wholeOf: large.description.levels[level].shape)
            #expect(try small.read(whole, level: level).bytes == large.read(whole, level: level).bytes)
        }
    }

    @Test("are the same where samples lie together in the file, into whatever views they are read")
    func interleaved() throws {
        for shape in [[3, 300, 500], [3, 2, 140, 90]] {
            let axes = shape.count == 3 ? [Axis.c] : [.c, .space("z")]
            let description = ImageDescription(
                axes: axes + [.space("y"), .space("x")], shape: shape, type: .uint16)
            let plain = try OnDemandPyramid(
                CountingImage(description), minSize: 64, cache: BlockCache(capacity: 1 << 26))
            let together = try OnDemandPyramid(
                CountingImage(description, isInterleaved: true), minSize: 64, cache: BlockCache(capacity: 1 << 26))
            for level in plain.description.levels.indices {
                let extent = plain.description.levels[level].shape
                var part = Region(wholeOf: extent)
                for axis in extent.indices.dropFirst() {
                    part.origin[axis] = extent[axis] / 3
                    part.shape[axis] = extent[axis] - extent[axis] / 2
                }
                let expected = try plain.read(part, level: level)
                #expect(try together.read(part, level: level).bytes == expected.bytes)
                // Channels last, as the file has them.
                let order = Array(part.shape.indices.dropFirst()) + [0]
                let back = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
                for pyramid in [plain, together] {
                    var pixels = PixelBuffer(shape: order.map { part.shape[$0] }, type: .pixel(.uint16))
                    try pixels.withPixels { view in
                        try pyramid.makeReader().read(part, level: level, into: view.permuted(back))
                        var inOrder = PixelBuffer(shape: part.shape, type: .pixel(.uint16))
                        inOrder.withPixels { $0.copy(from: view.permuted(back)) }
                        #expect(inOrder.bytes == expected.bytes)
                    }
                }
            }
        }
    }

    @Test("are given up when nobody wants them, and are there for the next who does")
    func unwanted() throws {
        let source = CountingImage(
            ImageDescription(axes: [.space("y"), .space("x")], shape: [2048, 2048], type: .uint8))
        let pyramid = try OnDemandPyramid(source, cache: BlockCache(capacity: 1 << 26))
        let level = pyramid.description.levels.count - 1
        let whole = Region(wholeOf: pyramid.description.levels[level].shape)
        var buffer = PixelBuffer(shape: whole.shape, type: .pixel(.uint8))
        #expect(throws: OnDemandPyramid.Unwanted.self) {
            try buffer.withPixels { try pyramid.makeReader(while: { false }).read(whole, level: level, into: $0) }
        }
        #expect(source.pixelsRead.load(ordering: .relaxed) == 0)
        _ = try pyramid.read(whole, level: level)
        #expect(source.pixelsRead.load(ordering: .relaxed) == 2048 * 2048)
    }
}
