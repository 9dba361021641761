import Pyramid
import Testing
import Zarr

@Suite("Reducing a block of pixels")
struct ReductionTests {
    /// Every combination of odd and even sides, of axes that are halved and axes that are kept.
    static let cases: [(shape: [Int], step: [Int])] = {
        var cases: [(shape: [Int], step: [Int])] = []
        for x in [1, 2, 3, 16, 33] {
            cases.append(([x], [2]))
            for y in [1, 2, 5] {
                for step in [[2, 2], [1, 2], [2, 1], [1, 1]] { cases.append(([y, x], step)) }
                for z in [1, 2, 3] {
                    for step in [[2, 2, 2], [2, 1, 2], [1, 2, 2], [2, 2, 1], [2, 1, 1]] {
                        cases.append(([z, y, x], step))
                    }
                    cases.append(([2, z, y, x], [1, 2, 2, 2]))
                }
            }
        }
        return cases
    }()

    @Test("integers are averaged exactly, halves to even, at every edge")
    func integerMeans() {
        for (shape, step) in Self.cases {
            checkMean(UInt8.self, .uint8, shape, step)
            checkMean(UInt16.self, .uint16, shape, step)
            checkMean(UInt32.self, .uint32, shape, step)
            checkMean(UInt64.self, .uint64, shape, step)
            checkMean(Int8.self, .int8, shape, step)
            checkMean(Int16.self, .int16, shape, step)
            checkMean(Int32.self, .int32, shape, step)
            checkMean(Int64.self, .int64, shape, step)
        }
    }

    @Test("all sums of four small integers round half to even")
    func halvesGoToEven() {
        for sum in 0..<1021 {
            let block = (0..<4).map { UInt8(min(max(sum - 255 * $0, 0), 255)) }
            let result = run(.mean, block, .uint8, shape: [2, 2], step: [2, 2])
            #expect(result == [Naive.halfEvenMean(block)])
        }
    }

    @Test("floats are averaged over the values that are not NaN")
    func floatMeans() {
        var generator = SeededGenerator(7)
        for (shape, step) in Self.cases {
            let pixels = (0..<shape.reduce(1, *)).map { _ in
                Int.random(in: 0..<4, using: &generator) == 0
                    ? Float.nan : Float.random(in: -1e3...1e3, using: &generator)
            }
            compareFloats(pixels, .float32, shape, step)
            compareFloats(pixels.map { Double($0) }, .float64, shape, step)
            compareFloats(pixels.map { Float16($0) }, .float16, shape, step)
            compareFloats(pixels.map { $0.isNaN ? 1 : $0 }, .float32, shape, step)
        }
    }

    @Test("labels take the most frequent value, and the smallest that is not zero among equals")
    func labelModes() {
        for (shape, step) in Self.cases {
            for most in [UInt32(1), 2, 5] {
                checkMode(UInt8.self, .uint8, shape, step, most: UInt8(most))
                checkMode(UInt32.self, .uint32, shape, step, most: most)
                checkMode(Int64.self, .int64, shape, step, most: Int64(most))
            }
        }
        #expect(run(.mode, [0, 0, 7, 3] as [UInt16], .uint16, shape: [2, 2], step: [2, 2]) == [0])
        #expect(run(.mode, [0, 7, 0, 7] as [UInt16], .uint16, shape: [2, 2], step: [2, 2]) == [7])
        #expect(run(.mode, [0, 9, 7, 3] as [UInt16], .uint16, shape: [2, 2], step: [2, 2]) == [3])
    }

    /// Factors beyond 2, alone and beside others, on sides that they divide and on sides that they do not.
    static let wideCases: [(shape: [Int], step: [Int])] = {
        var cases: [(shape: [Int], step: [Int])] = [([50], [16]), ([2, 5, 4, 7], [1, 2, 3, 2])]
        for step in [[3, 3], [1, 5], [4, 1], [2, 3], [16, 16]] {
            for y in [1, 4, 6, 17] {
                for x in [1, 3, 8, 33] { cases.append(([y, x], step)) }
            }
        }
        for step in [[3, 1, 1], [2, 2, 3], [4, 4, 4], [3, 2, 1]] {
            for z in [1, 3, 5] { cases.append(([z, 4, 7], step)) }
        }
        return cases
    }()

    @Test("every method on every type equals its plain definition, for halves and for any factors")
    func allMethods() {
        for (shape, step) in Self.cases + Self.wideCases {
            checkIntegers(UInt8.self, .uint8, shape, step)
            checkIntegers(UInt16.self, .uint16, shape, step)
            checkIntegers(UInt32.self, .uint32, shape, step)
            checkIntegers(UInt64.self, .uint64, shape, step)
            checkIntegers(Int8.self, .int8, shape, step)
            checkIntegers(Int16.self, .int16, shape, step)
            checkIntegers(Int32.self, .int32, shape, step)
            checkIntegers(Int64.self, .int64, shape, step)
            checkFloats(Float16.self, .float16, shape, step)
            checkFloats(Float.self, .float32, shape, step)
            checkFloats(Double.self, .float64, shape, step)
        }
    }

    @Test("all orders of eight values with repeats have the same median")
    func medianNetworks() {
        for code in 0..<6561 {
            var rest = code
            let block = (0..<8).map { _ -> UInt8 in
                defer { rest /= 3 }
                return UInt8(rest % 3)
            }
            let eight = run(.median, block, .uint8, shape: [2, 2, 2], step: [2, 2, 2])
            #expect(eight == [block.sorted()[3]])
            let four = run(.median, Array(block[..<4]), .uint8, shape: [2, 2], step: [2, 2])
            #expect(four == [block[..<4].sorted()[1]])
        }
    }

    @Test("nearest takes the first pixel of each block")
    func nearest() {
        for (shape, step) in Self.cases {
            let pixels = (0..<shape.reduce(1, *)).map { UInt16(truncatingIfNeeded: $0) }
            let expected = Naive.reduce(pixels, shape: shape, step: step) { $0[0] }.pixels
            #expect(run(.nearest, pixels, .uint16, shape: shape, step: step) == expected)
        }
    }

    @Test("a view with gaps between its rows reduces like a contiguous one")
    func stridedViews() {
        let wide = (0..<6 * 10).map { UInt16($0 * 37 % 101) }
        var source = buffer(wide, .uint16, [6, 10])
        var target = PixelBuffer(shape: [4, 8], type: .uint16)
        source.withPixels { s in
            target.withPixels { t in
                Reduction.run(
                    .mean, .uint16, s.subview(Region(origin: [1, 2], shape: [5, 7])),
                    into: t.subview(Region(origin: [1, 3], shape: [3, 4])), step: [2, 2])
            }
        }
        let cut = (1..<6).flatMap { y in (2..<9).map { wide[y * 10 + $0] } }
        let expected = Naive.reduce(cut, shape: [5, 7], step: [2, 2], Naive.halfEvenMean).pixels
        let all = target.elements(as: UInt16.self)
        let got = (1..<4).flatMap { y in (3..<7).map { all[y * 8 + $0] } }
        #expect(got == expected)
        #expect(all[0..<8].allSatisfy { $0 == 0 })
    }

    // MARK: Two roads

    private func checkIntegers<T: FixedWidthInteger & BitwiseCopyable & Sendable>(
        _: T.Type, _ type: PixelType, _ shape: [Int], _ step: [Int]
    ) {
        var generator = SeededGenerator(UInt64(shape.reduce(1, *)))
        let extremes: [T] = [.min, .max, .max - 1, 0, 1, 2]
        let pixels = (0..<shape.reduce(1, *)).map { i in
            i % 3 < 2 ? extremes.randomElement(using: &generator)! : T.random(in: .min ... .max, using: &generator)
        }
        for method in DownsampleMethod.allCases {
            let expected = Naive.reduce(pixels, shape: shape, step: step, { Naive.integers(method, $0) }).pixels
            #expect(
                run(method, pixels, type, shape: shape, step: step) == expected, "\(method) \(type) \(shape) \(step)")
        }
    }

    private func checkFloats<T: BinaryFloatingPoint & BitwiseCopyable & Hashable & Sendable>(
        _: T.Type, _ type: PixelType, _ shape: [Int], _ step: [Int]
    ) {
        var generator = SeededGenerator(UInt64(shape.reduce(3, *)))
        for nans in [0, 3] {
            let pixels = (0..<shape.reduce(1, *)).map { _ in
                // Whole numbers, so that sums do not depend on their order.
                Int.random(in: 0..<4, using: &generator) < nans ? T.nan : T(Int.random(in: -50...50, using: &generator))
            }
            for method in DownsampleMethod.allCases where method != .mode {
                let expected = Naive.reduce(pixels, shape: shape, step: step, { Naive.floats(method, $0) }).pixels
                let got = run(method, pixels, type, shape: shape, step: step)
                let same = zip(got, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
                #expect(same && got.count == expected.count, "\(method) \(type) \(shape) \(step)")
            }
        }
    }

    private func checkMean<T: FixedWidthInteger & BitwiseCopyable & Sendable>(
        _: T.Type, _ type: PixelType, _ shape: [Int], _ step: [Int]
    ) {
        var generator = SeededGenerator(UInt64(shape.reduce(1, *)))
        let extremes: [T] = [.min, .max, .max - 1, 0, 1]
        let pixels = (0..<shape.reduce(1, *)).map { i in
            i % 3 == 0 ? extremes.randomElement(using: &generator)! : T.random(in: .min ... .max, using: &generator)
        }
        let expected = Naive.reduce(pixels, shape: shape, step: step, Naive.halfEvenMean).pixels
        #expect(run(.mean, pixels, type, shape: shape, step: step) == expected, "\(type) \(shape) \(step)")
    }

    private func checkMode<T: FixedWidthInteger & BitwiseCopyable & Sendable>(
        _: T.Type, _ type: PixelType, _ shape: [Int], _ step: [Int], most: T
    ) {
        var generator = SeededGenerator(UInt64(shape.reduce(1, *)))
        let pixels = (0..<shape.reduce(1, *)).map { _ in T.random(in: 0...most, using: &generator) }
        let expected = Naive.reduce(pixels, shape: shape, step: step, Naive.mode).pixels
        #expect(run(.mode, pixels, type, shape: shape, step: step) == expected, "\(type) \(shape) \(step)")
    }

    private func compareFloats<T: BinaryFloatingPoint & BitwiseCopyable & Hashable & Sendable>(
        _ pixels: [T], _ type: PixelType, _ shape: [Int], _ step: [Int]
    ) {
        let expected = Naive.reduce(pixels, shape: shape, step: step, Naive.validMean).pixels
        let got = run(.mean, pixels, type, shape: shape, step: step)
        let same = zip(got, expected).allSatisfy { a, b in
            // Sums of doubles in another order may differ in the last bit of the double, which a float does not show.
            a.isNaN && b.isNaN
                || abs(Double(a) - Double(b)) <= (T.self == Double.self ? abs(Double(b)) * 1e-12 + 1e-12 : 0)
        }
        #expect(same && got.count == expected.count, "\(type) \(shape) \(step)")
    }

    private func run<T: BitwiseCopyable & Sendable>(
        _ method: DownsampleMethod, _ pixels: [T], _ type: PixelType, shape: [Int], step: [Int]
    ) -> [T] {
        var source = buffer(pixels, type, shape)
        var target = PixelBuffer(shape: zip(shape, step).map { ($0 + $1 - 1) / $1 }, type: .pixel(type))
        source.withPixels { s in target.withPixels { t in Reduction.run(method, type, s, into: t, step: step) } }
        return target.elements()
    }

    private func buffer<T: BitwiseCopyable>(_ pixels: [T], _ type: PixelType, _ shape: [Int]) -> PixelBuffer {
        PixelBuffer(shape: shape, type: .pixel(type), bytes: pixels.withUnsafeBytes { Array($0) })
    }
}
