import OMEZarr
import Testing
import Zarr

@Suite("Planes put on top of one another")
struct PlaneProjectionTests {
    private func project<T: BitwiseCopyable>(
        _ method: PlaneProjection.Method, _ type: PixelType, _ planes: [[T]]
    ) -> [Double] {
        var projection = PlaneProjection(method, type: type, count: planes[0].count)
        for plane in planes {
            var buffer = PixelBuffer(
                shape: [1, plane.count], type: .pixel(type), bytes: plane.withUnsafeBytes { Array($0) })
            buffer.withPixels { projection.add($0) }
        }
        return projection.result()
    }

    private func all<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, _ type: PixelType) {
        var random = RandomNumbers(seed: UInt64(T.bitWidth))
        let planes = (0..<5).map { _ in (0..<40).map { _ in T(truncatingIfNeeded: random.next()) } }
        let columns = (0..<40).map { x in planes.map { Double($0[x]) } }
        #expect(project(.max, type, planes) == columns.map { $0.max() ?? 0 })
        let sums = columns.map { $0.reduce(0, +) }
        #expect(project(.mean, type, planes) == sums.map { min(($0 / 5).rounded(.toNearestOrEven), Double(T.max)) })
        // Beyond 2^53 the limit of a type is no double: then the power of two above it counts.
        #expect(project(.sum, type, planes) == sums.map { min(max($0, Double(T.min)), Double(T.max)) })
    }

    @Test("every integer type has the largest, the mean to the nearest even and the sum that stops at its limits")
    func integers() {
        all(UInt8.self, .uint8)
        all(Int8.self, .int8)
        all(UInt16.self, .uint16)
        all(Int16.self, .int16)
        all(UInt32.self, .uint32)
        all(Int32.self, .int32)
        all(UInt64.self, .uint64)
        all(Int64.self, .int64)
    }

    @Test("floats are not rounded, and a NaN counts for nothing in the largest")
    func floats() {
        let planes: [[Float]] = [[1.5, .nan, .nan, -1], [2.25, 3, .nan, -5]]
        let largest = project(.max, .float32, planes)
        #expect(largest == [2.25, 3, 0, -1])
        #expect(project(.mean, .float64, [[1.0, 2], [2, 4]]) == [1.5, 3])
        #expect(project(.sum, .float64, [[1e300, 2], [1e300, 4]]) == [2e300, 6])
        #expect(project(.mean, .float16, [[UInt16(0x3C00)], [0x4000]]) == [1.5])
        #expect(project(.sum, .bool, [[UInt8(1), 0], [1, 0]]) == [1, 0])
    }

    @Test("of a single plane all methods make that plane")
    func single() {
        for method in PlaneProjection.Method.allCases {
            #expect(project(method, .int16, [[Int16.min, 0, .max]]) == [-32768, 0, 32767])
        }
    }
}
