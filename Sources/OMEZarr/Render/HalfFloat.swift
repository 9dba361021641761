/// Half precision numbers on machines whose Swift has no `Float16`.
///
/// - Source: IEEE 754-2008, binary16.
enum HalfFloat {
    /// The value of 16 bits.
    @inline(__always)
    static func value(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) &<< 16
        let magnitude = UInt32(bits & 0x7FFF)
        // Exponent and mantissa move to their places in binary32; multiplying by 2^112 corrects the bias and normalises
        // the subnormals on the way. Infinities and NaNs come out finite and get the exponent of all ones.
        let scaled = (Float(bitPattern: magnitude &<< 13) * 0x1p112).bitPattern
        let special: UInt32 = magnitude >= 0x7C00 ? 0x7F80_0000 : 0
        return Float(bitPattern: scaled | sign | special)
    }
}
