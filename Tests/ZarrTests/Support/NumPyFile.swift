import Zarr

/// An array in a .npy file, as far as fixtures need it.
///
/// - Source: NumPy, `numpy.lib.format`.
struct NumPyFile {
    /// The type string, such as `<i4`.
    let dtype: String
    let elements: [UInt8]

    init(_ bytes: [UInt8]) throws {
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count > 10, bytes[6] == 1 else {
            throw ZarrError(.corrupt, "not a .npy file of version 1")
        }
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let header = String(decoding: bytes[10..<start], as: UTF8.self)
        // {'descr': '<i4', 'fortran_order': False, 'shape': (1000,), }
        let words = header.split(separator: "'", omittingEmptySubsequences: false)
        guard words.count > 3, words[1] == "descr" else { throw ZarrError(.corrupt, "the header is \(header)") }
        dtype = String(words[3])
        elements = Array(bytes[start...])
    }
}
