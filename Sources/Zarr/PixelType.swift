/// The type of one array element: the numeric data types Zarr v2 and v3 share.
///
/// Values in memory are always in the byte order of the machine.
///
/// - Source: Zarr v3 core, "Data types"; Zarr v2, "Data type encoding".
public enum PixelType: String, Sendable, CaseIterable, Hashable {
    case bool
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case float16, float32, float64

    /// Bytes one element takes.
    public var size: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// True for `float16`, `float32` and `float64`.
    public var isFloat: Bool {
        switch self {
        case .float16, .float32, .float64: true
        default: false
        }
    }

    /// True for the signed and unsigned integers, not for `bool`.
    public var isInteger: Bool { !isFloat && self != .bool }

    /// True for `int8` to `int64`.
    public var isSigned: Bool {
        switch self {
        case .int8, .int16, .int32, .int64: true
        default: false
        }
    }
}
