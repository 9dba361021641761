/// A plain SHA-256, for comparing pixels with published hashes.
///
/// - Source: FIPS 180-4.
enum SHA256 {
    /// The hash in lower-case hexadecimal.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        var message = bytes + [0x80]
        message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
        message += (0..<8).reversed().map { UInt8(truncatingIfNeeded: (bytes.count * 8) >> ($0 * 8)) }
        var hash: [UInt32] = roots(of: 8, exponent: 0.5)
        for block in stride(from: 0, to: message.count, by: 64) { add(Array(message[block..<block + 64]), to: &hash) }
        return hash.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static let constants: [UInt32] = roots(of: 64, exponent: 1.0 / 3)

    /// The first 32 bits of the fractional parts of square or cube roots of the first primes.
    private static func roots(of count: Int, exponent: Double) -> [UInt32] {
        let primes = (2...400).filter { n in !(2..<n).contains { n % $0 == 0 } }.prefix(count)
        return primes.map { prime in
            // The largest integer whose square (or cube) is at most prime * 2^64 (or 2^96), by bisection.
            var low: UInt64 = 0, high: UInt64 = 1 << 40
            while high - low > 1 {
                let middle = (low + high) / 2
                if isAtMost(middle, prime, exponent == 0.5 ? 2 : 3) { low = middle } else { high = middle }
            }
            return UInt32(truncatingIfNeeded: low)
        }
    }

    private static func isAtMost(_ root: UInt64, _ prime: Int, _ power: Int) -> Bool {
        var product: UInt128 = 1
        for _ in 0..<power { product *= UInt128(root) }
        return product <= UInt128(prime) << (32 * power)
    }

    private static func add(_ block: [UInt8], to hash: inout [UInt32]) {
        var w = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[i * 4 + $1]) } }
        for i in 16..<64 {
            let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3)
            let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10)
            w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
        }
        var s = hash
        for i in 0..<64 {
            let s1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)
            let t1 = s[7] &+ s1 &+ ((s[4] & s[5]) ^ (~s[4] & s[6])) &+ constants[i] &+ w[i]
            let s0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)
            let t2 = s0 &+ ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))
            s = [t1 &+ t2, s[0], s[1], s[2], s[3] &+ t1, s[4], s[5], s[6]]
        }
        for i in 0..<8 { hash[i] &+= s[i] }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
}
