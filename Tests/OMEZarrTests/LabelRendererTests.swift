import OMEZarr
import Testing
import Zarr

@Suite("Rendering labels")
struct LabelRendererTests {
    private func render<T: BitwiseCopyable>(
        _ values: [T], _ type: PixelType, _ colors: [LabelColor] = []
    ) throws -> [[UInt8]] {
        var plane = PixelBuffer(
            shape: [1, values.count], type: .pixel(type), bytes: values.withUnsafeBytes { Array($0) })
        var picture = [UInt8](repeating: 7, count: 4 * values.count)
        try plane.withPixels { view in
            try picture.withUnsafeMutableBytes { try LabelRenderer(type: type, colors: colors).render(view, into: $0) }
        }
        return values.indices.map { Array(picture[4 * $0..<4 * $0 + 4]) }
    }

    @Test("0 is transparent, and 1000 neighbouring values are opaque, bright and all different")
    func colors() throws {
        let colors = try render((0...1000).map { UInt16($0) }, .uint16)
        #expect(colors[0] == [0, 0, 0, 0])
        #expect(colors.dropFirst().allSatisfy { $0[3] == 255 && $0[..<3].max() == 255 && $0[..<3].min() == 64 })
        #expect(Set(colors.dropFirst().prefix(250)).count > 200)
        for (one, next) in zip(colors.dropFirst(), colors.dropFirst(2)) {
            let distance = zip(one, next).map { abs(Int($0) - Int($1)) }.reduce(0, +)
            #expect(distance > 100)
        }
    }

    @Test("a value has one colour in every type that holds it")
    func types() throws {
        let expected = try render([UInt8(0), 1, 77, 77, 0, 5], .uint8)
        #expect(try render([Int8(0), 1, 77, 77, 0, 5], .int8) == expected)
        #expect(try render([UInt16(0), 1, 77, 77, 0, 5], .uint16) == expected)
        #expect(try render([Int16(0), 1, 77, 77, 0, 5], .int16) == expected)
        #expect(try render([UInt32(0), 1, 77, 77, 0, 5], .uint32) == expected)
        #expect(try render([Int32(0), 1, 77, 77, 0, 5], .int32) == expected)
        #expect(try render([UInt64(0), 1, 77, 77, 0, 5], .uint64) == expected)
        #expect(try render([Int64(0), 1, 77, 77, 0, 5], .int64) == expected)
        #expect(try render([Float(0), 1, 77, 77, 0, 5.5], .float32) == expected)
        #expect(try render([Double(0), 1, 77, 77, 0, 5.5], .float64) == expected)
        #expect(try render([UInt8(0), 1], .bool) == Array(expected.prefix(2)))
    }

    @Test("values that are no numbers are nothing, and the largest ones something")
    func extremes() throws {
        let floats = try render([Double.nan, .infinity, -.infinity, 1e300], .float64)
        #expect(floats.allSatisfy { $0 == [0, 0, 0, 0] })
        #expect(try render([UInt64.max, Int64.max.magnitude], .uint64).allSatisfy { $0[3] == 255 })
        #expect(try render([Int64.min, -1], .int64).allSatisfy { $0[3] == 255 })
    }

    @Test("colours that the labels name count, that of 0 too")
    func known() throws {
        let colors = [
            LabelColor(value: 0, red: 1, green: 2, blue: 3, alpha: 4), LabelColor(value: 5, red: 9, green: 8, blue: 7),
        ]
        let picture = try render([UInt8(0), 5, 6], .uint8, colors)
        #expect(Array(picture.prefix(2)) == [[1, 2, 3, 4], [9, 8, 7, 255]])
        #expect(try render([UInt8(6)], .uint8) == [picture[2]])
    }
}
