/// SHA-256, FIPS 180-4: enough to compare pixels with the hashes of the corpus.
struct SHA256 {
    private static let constants: [UInt32] = primes(64).map { fraction(of: $0, root: 3) }

    /// The digest of some bytes in lowercase hexadecimal.
    static func hex(_ bytes: [UInt8]) -> String {
        var state = primes(8).map { fraction(of: $0, root: 2) }
        let tail = padding(bytes.count, Array(bytes[(bytes.count / 64 * 64)...]))
        bytes.withUnsafeBytes { raw in
            for block in 0..<bytes.count / 64 {
                compress(&state, UnsafeRawBufferPointer(rebasing: raw[(block * 64)...]))
            }
        }
        tail.withUnsafeBytes { raw in
            for block in 0..<tail.count / 64 {
                compress(&state, UnsafeRawBufferPointer(rebasing: raw[(block * 64)...]))
            }
        }
        return state.flatMap { word in (0..<8).map { Array("0123456789abcdef")[Int(word >> UInt32(28 - 4 * $0) & 15)] }
        }
        .reduce(into: "") { $0.append($1) }
    }

    private static func padding(_ count: Int, _ rest: [UInt8]) -> [UInt8] {
        var tail = rest + [0x80]
        while tail.count % 64 != 56 { tail.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            tail.append(UInt8(truncatingIfNeeded: (count * 8) >> shift))
        }
        return tail
    }

    private static func compress(_ state: inout [UInt32], _ block: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for i in 0..<16 { w[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)) }
            for i in 16..<64 {
                let a = w[i - 15], b = w[i - 2]
                let s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3), s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10)
                w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            constants.withUnsafeBufferPointer { k in
                for i in 0..<64 {
                    let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
                    let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ k[i] &+ w[i]
                    let t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ ((a & b) ^ (a & c) ^ (b & c))
                    (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
                }
            }
            for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
        }
    }

    @inline(__always) private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 &- n) }

    private static func primes(_ count: Int) -> [Int] {
        var found = [Int](), candidate = 2
        while found.count < count {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }

    /// The first 32 bits behind the point of a root: the largest x with (floor + x / 2^32)^root <= value.
    private static func fraction(of value: Int, root: Int) -> UInt32 {
        var low: UInt64 = 0, high: UInt64 = 1 << 36
        while low + 1 < high {
            let middle = (low + high) / 2
            if isAtMost(middle, value, root) { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    /// Whether `(scaled / 2^32)^root <= value`, in 128 bits.
    private static func isAtMost(_ scaled: UInt64, _ value: Int, _ root: Int) -> Bool {
        let x = UInt128(scaled), v = UInt128(value)
        return root == 2 ? x * x <= v << 64 : x * x * x <= v << 96
    }
}
