public import Zarr

/// The header of a NumPy `.npy` file; the elements follow it in C order and machine byte order.
///
/// - Source: NumPy, "NEP 1 - A simple file format for NumPy arrays", format version 1.0.
public enum NumPyFile {
    /// The bytes before the elements, a multiple of 64 so that a mapped file is aligned.
    ///
    /// - Parameters:
    ///   - shape: elements on each axis, C order.
    ///   - type: type of one element.
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where the shape is too long for version 1.0 (thousands of axes).
    public static func header(shape: [Int], type: DataType) throws -> [UInt8] {
        // A tuple of one element needs its comma: "(3,)".
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let dictionary = "{'descr': '\(type.numPyName)', 'fortran_order': False, 'shape': (\(extents)), }"
        let prefix = 10
        let unpadded = prefix + dictionary.utf8.count + 1
        let padding = (64 - unpadded % 64) % 64
        guard let count = UInt16(exactly: unpadded + padding - prefix) else {
            throw OMEZarrError(
                .unsupported, "cannot write a NumPy header for \(shape.count) axes: it must stay below 64 KiB")
        }
        var bytes: [UInt8] = [0x93]
        bytes += Array("NUMPY".utf8)
        bytes += [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)]
        bytes += Array(dictionary.utf8)
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: padding)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
