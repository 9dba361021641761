/// A short digest by which two descriptions, or two states of a file, are told apart: FNV-1a of 128 bits.
///
/// Tells accidents apart, not attacks: whoever can forge an input can as well change the output.
///
/// - Source: Fowler, Noll, Vo; draft-eastlake-fnv-21.
package struct Fingerprint: Sendable {
    private var state: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013B

    package init() {}

    /// Adds a piece and where it ends, so that pieces cut elsewhere give another digest.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        var count: UInt64 = 0
        for byte in bytes {
            state = (state ^ UInt128(byte)) &* Self.prime
            count &+= 1
        }
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            state = (state ^ UInt128(count >> shift & 0xFF)) &* Self.prime
        }
    }

    /// Adds a text.
    package mutating func add(_ text: String) { add(text.utf8) }

    /// The digest of all pieces: 32 hexadecimal digits.
    package var hexadecimal: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }
}
