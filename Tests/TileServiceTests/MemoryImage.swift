import OMEZarr
import Zarr

/// An image whose pixels are a function of their place, in any type.
struct MemoryImage: ImageSource {
    let description: ImageDescription
    private let value: @Sendable ([Int]) -> Double

    /// - Parameter value: of the element at an index, within the type's range.
    init(_ description: ImageDescription, _ value: @escaping @Sendable ([Int]) -> Double) {
        self.description = description
        self.value = value
    }

    func naturalReadShape(level: Int) -> [Int] { description.levels[level].shape }

    func makeReader() throws -> any RegionReader { Reader(image: self) }

    private final class Reader: RegionReader {
        let image: MemoryImage
        init(image: MemoryImage) { self.image = image }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            for number in 0..<region.count {
                var rest = number, index = region.origin, offset = 0
                for axis in region.shape.indices.reversed() {
                    index[axis] += rest % region.shape[axis]
                    offset += rest % region.shape[axis] * pixels.strides[axis]
                    rest /= region.shape[axis]
                }
                Self.store(image.value(index), image.description.type, at: pixels.base + offset)
            }
        }

        private static func store(_ value: Double, _ type: PixelType, at place: UnsafeMutableRawPointer) {
            switch type {
            case .bool, .uint8: place.storeBytes(of: UInt8(value), as: UInt8.self)
            case .int8: place.storeBytes(of: Int8(value), as: Int8.self)
            case .uint16: place.storeBytes(of: UInt16(value), as: UInt16.self)
            case .int16: place.storeBytes(of: Int16(value), as: Int16.self)
            case .float16: place.storeBytes(of: HalfFloat.bits(value), as: UInt16.self)
            case .uint32: place.storeBytes(of: UInt32(value), as: UInt32.self)
            case .int32: place.storeBytes(of: Int32(value), as: Int32.self)
            case .uint64: place.storeBytes(of: UInt64(value), as: UInt64.self)
            case .int64: place.storeBytes(of: Int64(value), as: Int64.self)
            case .float32: place.storeBytes(of: Float(value), as: Float.self)
            case .float64: place.storeBytes(of: value, as: Double.self)
            }
        }
    }
}

extension PixelBuffer {
    /// The values of all elements.
    var values: [Double] {
        guard case .pixel(let type) = self.type else { return [] }
        switch type {
        case .bool, .uint8: return elements(as: UInt8.self).map { Double($0) }
        case .int8: return elements(as: Int8.self).map { Double($0) }
        case .uint16: return elements(as: UInt16.self).map { Double($0) }
        case .int16: return elements(as: Int16.self).map { Double($0) }
        case .float16: return elements(as: UInt16.self).map { HalfFloat.double($0) }
        case .uint32: return elements(as: UInt32.self).map { Double($0) }
        case .int32: return elements(as: Int32.self).map { Double($0) }
        case .uint64: return elements(as: UInt64.self).map { Double($0) }
        case .int64: return elements(as: Int64.self).map { Double($0) }
        case .float32: return elements(as: Float.self).map { Double($0) }
        case .float64: return elements(as: Double.self)
        }
    }
}
