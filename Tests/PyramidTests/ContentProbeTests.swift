import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("Telling labels from intensities")
struct ContentProbeTests {
    /// A plane computed from its coordinates.
    private func plane<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: PixelType, _ side: Int = 256, name: String? = nil, axes: [Axis] = [.space("y"), .space("x")],
        _ value: (_ y: Int, _ x: Int) -> T
    ) -> StaticImage {
        let values = (0..<side * side).map { value($0 / side, $0 % side) }
        let shape = [Int](repeating: 1, count: axes.count - 2) + [side, side]
        let image = ImageDescription(name: name, axes: axes, shape: shape, type: type)
        return StaticImage(
            description: image,
            pixels: PixelBuffer(shape: shape, type: .pixel(type), bytes: values.withUnsafeBytes { Array($0) }))
    }

    /// Discs of a radius on a grid, each with a number; 0 between them.
    private func disc(_ y: Int, _ x: Int, every step: Int, radius: Int) -> Int {
        let dy = y % step - step / 2, dx = x % step - step / 2
        return dy * dy + dx * dx <= radius * radius ? y / step * 100 + x / step * 7 + 1 : 0
    }

    @Test("discs, tessellations, masks and small objects are labels, of whatever type")
    func labels() throws {
        let images: [any ImageSource] = [
            plane(.uint16) { UInt16(disc($0, $1, every: 32, radius: 11)) },
            plane(.uint16) { UInt16(disc($0, $1, every: 15, radius: 5)) },
            plane(.int32) { Int32($0 / 20 * 31 + $1 / 17) },
            plane(.uint8) { disc($0, $1, every: 64, radius: 20) > 0 ? UInt8(255) : 0 },
            plane(.int64) { Int64(disc($0, $1, every: 40, radius: 15)) * -1_000_003 },
            plane(.uint64, axes: [.t(), .c, .space("z"), .space("y"), .space("x")]) {
                disc($0, $1, every: 30, radius: 12) > 0 ? UInt64.max - UInt64($0 / 30) : 0
            },
        ]
        for image in images {
            let content = try #require(ContentProbe.content(of: image))
            #expect(content.isLabels, "\(image.description.type): \(content)")
            #expect(content.doubt != nil, "nobody said so, so the user must hear of it")
        }
    }

    @Test("noise, blur, dark counts, saturation, ramps and empty images are intensities")
    func intensities() throws {
        var random = SeededGenerator(9)
        func noise(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        let images: [any ImageSource] = [
            plane(.uint16) { _, _ in UInt16(noise(95...110)) },
            plane(.uint8) { _, _ in UInt8(noise(0...3)) },
            plane(.uint8) { _, _ in noise(0...40) == 0 ? UInt8(noise(1...2)) : 0 },
            plane(.uint16) {
                UInt16(max(0, 4000 - 9 * (disc($0, $1, every: 64, radius: 40) > 0 ? ($0 % 64) * ($1 % 64) : 999)))
            },
            plane(.uint8) { UInt8(min(255, max(0, 600 - ($0 - 128) * ($0 - 128) / 9 - ($1 - 128) * ($1 - 128) / 9))) },
            plane(.uint16) { UInt16($0 * 256 + $1) },
            plane(.uint8) { UInt8(($0 + $1) / 8) },
            plane(.uint32) { UInt32($0 / 16 + $1 / 16) },
            plane(.uint8) { _, _ in noise(0...1) == 0 ? UInt8(255) : 0 },
            plane(.uint16) { _, _ in UInt16(0) },
            plane(.uint16) { _, _ in UInt16(777) },
            plane(.uint16) { $0 == 3 && $1 == 5 ? UInt16(9) : 0 },
        ]
        for (number, image) in images.enumerated() {
            let content = try #require(ContentProbe.content(of: image))
            #expect(!content.isLabels, "image \(number): \(content)")
        }
    }

    /// Smooth spots of light of random places, widths and heights up to a brightness; without noise.
    private func spots(_ side: Int, brightness: Double, _ random: inout SeededGenerator) -> [Double] {
        var light = [Double](repeating: 0, count: side * side)
        for number in 0..<6 {
            let y = Double.random(in: 0..<Double(side), using: &random)
            let x = Double.random(in: 0..<Double(side), using: &random)
            let width = Double.random(in: 8...20, using: &random)
            let height = number == 0 ? brightness : brightness * Double.random(in: 0.6...1, using: &random)
            for index in light.indices {
                let dy = Double(index / side) - y, dx = Double(index % side) - x
                let distance = (dy * dy + dx * dx) / (2 * width * width)
                light[index] = max(light[index], height / (1 + distance) / (1 + distance))
            }
        }
        return light
    }

    /// Numbers of photons where so many are expected, by Knuth's method with (1 - 1/64)^(64 mean) for the exponential.
    private func photons(_ light: [Double], _ random: inout SeededGenerator) -> [UInt8] {
        var limits = [1.0]
        while limits.count <= 1024 { limits.append((limits.last ?? 1) * (1 - 1.0 / 64)) }
        return light.map { mean in
            var count: UInt8 = 0, product = Double.random(in: 0..<1, using: &random)
            while product > limits[Int(mean * 64)] {
                count += 1
                product *= Double.random(in: 0..<1, using: &random)
            }
            return count
        }
    }

    /// From four on: see `nested`.
    @Test("dim light, smooth or counted photon by photon, is intensities", arguments: 4...12)
    func dimLight(_ brightness: Int) throws {
        for seed in UInt64(1)...2 {
            var random = SeededGenerator(seed)
            let light = spots(256, brightness: Double(brightness), &random)
            let noisy = photons(light, &random)
            for image in [
                plane(.uint8) { UInt8(light[$0 * 256 + $1]) }, plane(.uint8) { noisy[$0 * 256 + $1] },
                plane(.uint16) { UInt16(light[$0 * 256 + $1].rounded()) },
            ] {
                let content = try #require(ContentProbe.content(of: image))
                #expect(!content.isLabels, "up to \(brightness), seed \(seed): \(content)")
            }
        }
    }

    @Test("masks of two values, and few classes side by side or within each other, stay labels")
    func classes() throws {
        func classes(_ y: Int, _ x: Int) -> Int {
            disc(y, x, every: 64, radius: 12) > 0 ? 2 : disc(y, x, every: 64, radius: 26) > 0 ? 1 : 0
        }
        let images: [any ImageSource] = [
            plane(.uint8) { disc($0, $1, every: 64, radius: 20) > 0 ? UInt8(1) : 0 },
            plane(.uint8) { UInt8(classes($0, $1)) },
            plane(.uint8) { disc($0, $1, every: 32, radius: 10) > 0 ? UInt8(1 + ($0 / 32 + $1 / 32) % 3) : 0 },
            plane(.uint8) { disc($0, $1, every: 32, radius: 10) > 0 ? UInt8($0 < 32 && $1 < 32 ? 3 : 1) : 0 },
        ]
        for (number, image) in images.enumerated() {
            let content = try #require(ContentProbe.content(of: image))
            #expect(content.isLabels && content.doubt != nil, "image \(number): \(content)")
        }
    }

    /// Smooth light of no other values than 0, 1 and 2 has the very neighbours of two classes one within the other. Of the
    /// files of the corpus with only these values all are maps and masks, and no camera is as dim without noise.
    @Test("smooth values up to 2 are taken for classes one within the other, and the user hears of it")
    func nested() throws {
        var random = SeededGenerator(1)
        let light = spots(256, brightness: 3, &random)
        let content = try #require(ContentProbe.content(of: plane(.uint8) { UInt8(min(2, light[$0 * 256 + $1])) }))
        #expect(content.isLabels && content.doubt?.contains("--kind intensities") == true)
        let noisy = photons(light, &random)
        #expect(ContentProbe.content(of: plane(.uint8) { min(2, noisy[$0 * 256 + $1]) })?.isLabels == false)
    }

    @Test("a name that speaks of labels decides where pixels do not deny it, and is doubted where they do")
    func names() throws {
        var random = SeededGenerator(4)
        func noisy(_ name: String?) -> StaticImage {
            plane(.uint16, name: name) { _, _ in UInt16.random(in: 0...999, using: &random) }
        }
        for name in ["nuclei_labels.tif", "Mask of cells", "SEGMENTATION", "img-mask-01"] {
            let content = try #require(ContentProbe.content(of: noisy(name)))
            #expect(!content.isLabels && content.doubt?.contains("--kind labels") == true)
            #expect(ContentProbe.content(of: plane(.uint8, name: name) { _, _ in UInt8(0) })?.isLabels == true)
        }
        for name in [nil, "unmasked", "labelling", "cells.tif"] {
            let content = try #require(ContentProbe.content(of: noisy(name)))
            #expect(!content.isLabels && content.doubt == nil)
        }
        let flat = plane(.uint16) { UInt16(disc($0, $1, every: 32, radius: 11)) }
        #expect(ContentProbe.content(of: flat, fileName: "cells-mask.tif")?.doubt == nil)
    }

    @Test("floats, photographs and several channels are not asked; what the source says is not doubted")
    func noQuestion() {
        func content(_ type: PixelType, _ axes: [Axis], _ shape: [Int], isRGB: Bool = false, isLabels: Bool = false)
            -> ImageContent?
        {
            let image = ImageDescription(axes: axes, shape: shape, type: type, isRGB: isRGB, isLabels: isLabels)
            return ContentProbe.content(of: PyramidPlanTests.Promise(description: image, natural: shape))
        }
        let plane: [Axis] = [.space("y"), .space("x")]
        #expect(content(.float32, plane, [9, 9]) == nil)
        #expect(content(.uint8, [.c] + plane, [3, 9, 9], isRGB: true) == nil)
        #expect(content(.uint16, [.c] + plane, [2, 9, 9]) == nil)
        #expect(content(.uint16, plane, [9, 9]) == nil, "no pixel could be read")
        let told = content(.uint16, plane, [9, 9], isLabels: true)
        #expect(told?.isLabels == true && told?.doubt == nil)
    }

    @Test("the look at an image costs little, however large it is")
    func cost() throws {
        let description = ImageDescription(
            axes: [.t(), .space("y"), .space("x")], shape: [4, 2000, 3000], type: .uint8)
        for natural in [[1, 256, 256], [1, 16, 3000], [1, 2000, 3000]] {
            let image = MemoryImage(description, natural: natural, seed: 1, values: 0...3)
            _ = ContentProbe.content(of: image)
            #expect(image.elementsRead.load(ordering: .relaxed) <= 64 * 128 * 128)
            #expect(image.elementsRead.load(ordering: .relaxed) > 0)
        }
    }

    @Test("what is told or found decides the method and the metadata, and the plan says why")
    func plans() throws {
        let flat = plane(.uint16) { UInt16(disc($0, $1, every: 32, radius: 11)) }
        func plan(_ content: ImageContent?) throws -> PyramidPlan {
            var options = PyramidOptions(compression: [], memory: 1 << 30, threads: 1)
            options.content = content
            return try PyramidPlan(of: flat, options)
        }
        let found = try plan(ContentProbe.content(of: flat))
        #expect(found.method == .mode && found.image.isLabels && found.doubts.count == 1)
        #expect(found.reasons.contains { $0.contains("flat regions") })
        let told = try plan(ImageContent(isLabels: false, reason: "as told"))
        #expect(told.method == .mean && !told.image.isLabels && told.doubts.isEmpty)
        #expect(try plan(nil).method == .mean)
        let store = MemoryStore()
        _ = try Conversion(flat, found, into: store, generator: ConversionTests.generator).run()
        #expect(try OMEZarrImage.open(store).description.isLabels)
    }
}
