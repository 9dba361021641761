/// The type of one array element.
///
/// Values in memory are always in the byte order of the machine.
///
/// - Source: Zarr v3 core, "Data types"; zarr-extensions, `data-types`; Zarr v2, "Data type encoding".
public enum DataType: Sendable, Hashable {
    /// A truth value or a number, as pixels are.
    case pixel(PixelType)
    /// Two `float32`: the real part, then the imaginary.
    case complex64
    /// Two `float64`: the real part, then the imaginary.
    case complex128
    /// So many bytes that nothing is known about; also the byte strings of v2, `S` and `V`.
    case raw(bytes: Int)
    /// Text of so many characters, each a `uint32` of UTF-32, filled with zeros at the end; `U` of v2.
    case text(characters: Int)

    /// A truth value in one byte: 0 or 1.
    public static let bool = DataType.pixel(.bool)
    /// A signed integer of 8 bits.
    public static let int8 = DataType.pixel(.int8)
    /// A signed integer of 16 bits.
    public static let int16 = DataType.pixel(.int16)
    /// A signed integer of 32 bits.
    public static let int32 = DataType.pixel(.int32)
    /// A signed integer of 64 bits.
    public static let int64 = DataType.pixel(.int64)
    /// An unsigned integer of 8 bits.
    public static let uint8 = DataType.pixel(.uint8)
    /// An unsigned integer of 16 bits.
    public static let uint16 = DataType.pixel(.uint16)
    /// An unsigned integer of 32 bits.
    public static let uint32 = DataType.pixel(.uint32)
    /// An unsigned integer of 64 bits.
    public static let uint64 = DataType.pixel(.uint64)
    /// An IEEE 754 number of 16 bits.
    public static let float16 = DataType.pixel(.float16)
    /// An IEEE 754 number of 32 bits.
    public static let float32 = DataType.pixel(.float32)
    /// An IEEE 754 number of 64 bits.
    public static let float64 = DataType.pixel(.float64)

    /// Most bytes of one element; keeps products of extents and sizes far from overflowing.
    static let largestSize = 1 << 20

    /// Bytes one element takes.
    public var size: Int {
        switch self {
        case .pixel(let type): type.size
        case .complex64: 8
        case .complex128: 16
        case .raw(let bytes): bytes
        case .text(let characters): 4 * characters
        }
    }

    /// The type of pixels; nil where the elements are none.
    public var pixel: PixelType? {
        guard case .pixel(let type) = self else { return nil }
        return type
    }

    /// Bytes of the numbers an element consists of, which are what byte order reverses.
    var componentSize: Int {
        switch self {
        case .pixel(let type): type.size
        case .complex64, .text: 4
        case .complex128: 8
        case .raw: 1
        }
    }
}

extension DataType: CustomStringConvertible {
    /// The name in a zarr.json, such as `uint16` or `r56`.
    public var description: String {
        switch self {
        case .pixel(let type): type.rawValue
        case .complex64: "complex64"
        case .complex128: "complex128"
        case .raw(let bytes): "r\(8 * bytes)"
        case .text: "fixed_length_utf32"
        }
    }
}
