/// The checksum xxHash of 32 bits.
///
/// Four sums run side by side over 16 bytes at a time, so that no multiplication waits for another.
///
/// - Source: xxHash, "XXH32 algorithm description" 0.2.0.
package enum XXHash32 {
    private static let primes: [UInt32] = [2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263, 374_761_393]

    package static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt32) -> UInt32 {
        let (p1, p2, p3, p4, p5) = (primes[0], primes[1], primes[2], primes[3], primes[4])
        let base = bytes.orEmpty, count = bytes.count
        // Safety: what is read at `at` ends at most at `count`.
        func word(_ at: Int) -> UInt32 { UInt32(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
        var at = 0, hash = seed &+ p5
        if count >= 16 {
            var (a, b, c, d) = (seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1)
            while at <= count &- 16 {
                a = rotated(a &+ word(at) &* p2, 13) &* p1
                b = rotated(b &+ word(at &+ 4) &* p2, 13) &* p1
                c = rotated(c &+ word(at &+ 8) &* p2, 13) &* p1
                d = rotated(d &+ word(at &+ 12) &* p2, 13) &* p1
                at &+= 16
            }
            hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
        }
        hash &+= UInt32(truncatingIfNeeded: count)
        while at &+ 4 <= count {
            hash = rotated(hash &+ word(at) &* p3, 17) &* p4
            at &+= 4
        }
        while at < count {
            hash = rotated(hash &+ UInt32(base.load(fromByteOffset: at, as: UInt8.self)) &* p5, 11) &* p1
            at &+= 1
        }
        hash = (hash ^ hash >> 15) &* p2
        hash = (hash ^ hash >> 13) &* p3
        return hash ^ hash >> 16
    }

    @inline(__always)
    private static func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x &<< n | x &>> (32 &- n) }
}
