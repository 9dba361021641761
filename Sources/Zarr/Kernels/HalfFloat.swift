/// Float16 as bits, because Swift has no `Float16` on Intel Macs.
///
/// - Source: IEEE 754-2019, binary16.
package enum HalfFloat {
    /// The value of 16 bits; exact.
    package static func double(_ bits: UInt16) -> Double {
        let sign: Double = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 0x1F), fraction = Double(bits & 0x3FF) / 1024
        switch exponent {
        case 0: return sign * fraction * 0x1p-14
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }

    /// The nearest half float, ties to even.
    package static func bits(_ value: Double) -> UInt16 {
        let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
        let size = value.magnitude
        if value.isNaN { return 0x7E00 }
        if size >= 65520 { return sign | 0x7C00 }
        // Steps of 2^-24 below 2^-14, then 1024 steps in every power of two: scaled so, rounding is to an integer.
        let exponent = size < 0x1p-14 ? -14 : Int(size.exponent)
        let step = Double(sign: .plus, exponent: exponent - 10, significand: 1)
        let steps = UInt16((size / step).rounded(.toNearestOrEven))
        // A subnormal has biased exponent 0; rounding up to 2048 steps carries into the exponent by itself.
        return sign | (UInt16(exponent + 14) << 10 &+ steps)
    }
}
