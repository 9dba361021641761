import Zarr

extension PixelType {
    /// The bytes of a value of this type in the low bytes of a word; zero where the type cannot hold it exactly.
    func bits(of value: Double) -> UInt64 {
        switch self {
        case .bool: value == 0 ? 0 : 1
        case .int8: UInt64(UInt8(bitPattern: Int8(exactly: value) ?? 0))
        case .int16: UInt64(UInt16(bitPattern: Int16(exactly: value) ?? 0))
        case .int32: UInt64(UInt32(bitPattern: Int32(exactly: value) ?? 0))
        case .int64: UInt64(bitPattern: Int64(exactly: value) ?? 0)
        case .uint8: UInt64(UInt8(exactly: value) ?? 0)
        case .uint16: UInt64(UInt16(exactly: value) ?? 0)
        case .uint32: UInt64(UInt32(exactly: value) ?? 0)
        case .uint64: UInt64(exactly: value) ?? 0
        // Half precision has no type on every platform; "not a number" is the only value that is used for no data.
        case .float16: value.isNaN ? 0x7E00 : 0
        case .float32: UInt64(Float(value).bitPattern)
        case .float64: value.bitPattern
        }
    }
}
