#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The byte shuffle of Blosc: first the lowest byte of every element, then the second of every element, and so on.
/// Bytes that do not fill an element stay at the end.
///
/// Equals `for p in 0..<size { for i in 0..<n { out[p * n + i] = in[i * size + p] } }`. For elements of 2, 4 and 8
/// bytes one element is loaded whole and its bytes stored by shifts, which the compiler turns into SIMD packs. Elements
/// are taken as little-endian numbers, so that "lowest byte" means "first in memory" everywhere.
package enum ByteShuffle {
    /// Safety: `source` and `target` hold `count` bytes and do not overlap.
    package static func run(_ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ count: Int, _ size: Int)
    {
        let n = count / size, out = target.assumingMemoryBound(to: UInt8.self)
        switch size {
        case 2: split2(source, out, n)
        case 4: split4(source, out, n)
        case 8: split8(source, out, n)
        default:
            let bytes = source.assumingMemoryBound(to: UInt8.self)
            for plane in 0..<size { for i in 0..<n { out[plane &* n &+ i] = bytes[i &* size &+ plane] } }
        }
        memcpy(target + n * size, source + n * size, count - n * size)
    }

    /// Safety: `source` and `target` hold `count` bytes and do not overlap.
    package static func undo(
        _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ count: Int, _ size: Int
    ) {
        let n = count / size, planes = source.assumingMemoryBound(to: UInt8.self)
        switch size {
        case 2: join2(planes, target, n)
        case 4: join4(planes, target, n)
        case 8: join8(planes, target, n)
        default:
            let bytes = target.assumingMemoryBound(to: UInt8.self)
            for plane in 0..<size { for i in 0..<n { bytes[i &* size &+ plane] = planes[plane &* n &+ i] } }
        }
        memcpy(target + n * size, source + n * size, count - n * size)
    }

    private static func split2(_ source: UnsafeRawPointer, _ out: UnsafeMutablePointer<UInt8>, _ n: Int) {
        let high = out + n
        for i in 0..<n {
            let value = UInt16(littleEndian: source.loadUnaligned(fromByteOffset: i &* 2, as: UInt16.self))
            out[i] = UInt8(truncatingIfNeeded: value)
            high[i] = UInt8(truncatingIfNeeded: value &>> 8)
        }
    }

    private static func join2(_ planes: UnsafePointer<UInt8>, _ target: UnsafeMutableRawPointer, _ n: Int) {
        let high = planes + n
        for i in 0..<n {
            let value = UInt16(planes[i]) | UInt16(high[i]) &<< 8
            target.storeBytes(of: value.littleEndian, toByteOffset: i &* 2, as: UInt16.self)
        }
    }

    private static func split4(_ source: UnsafeRawPointer, _ out: UnsafeMutablePointer<UInt8>, _ n: Int) {
        let b = out + n, c = b + n, d = c + n
        for i in 0..<n {
            let value = UInt32(littleEndian: source.loadUnaligned(fromByteOffset: i &* 4, as: UInt32.self))
            out[i] = UInt8(truncatingIfNeeded: value)
            b[i] = UInt8(truncatingIfNeeded: value &>> 8)
            c[i] = UInt8(truncatingIfNeeded: value &>> 16)
            d[i] = UInt8(truncatingIfNeeded: value &>> 24)
        }
    }

    private static func join4(_ planes: UnsafePointer<UInt8>, _ target: UnsafeMutableRawPointer, _ n: Int) {
        let b = planes + n, c = b + n, d = c + n
        for i in 0..<n {
            let low = UInt32(planes[i]) | UInt32(b[i]) &<< 8
            let value = low | UInt32(c[i]) &<< 16 | UInt32(d[i]) &<< 24
            target.storeBytes(of: value.littleEndian, toByteOffset: i &* 4, as: UInt32.self)
        }
    }

    // Eight planes at once do not vectorise; four and four do, and the second pass finds its input in the cache.
    private static let strip = 4096

    private static func split8(_ source: UnsafeRawPointer, _ out: UnsafeMutablePointer<UInt8>, _ n: Int) {
        var first = 0
        while first < n {
            let end = min(first &+ strip, n)
            for half in 0..<2 {
                let a = out + half &* 4 &* n, b = a + n, c = b + n, d = c + n
                for i in first..<end {
                    let at = i &* 8 &+ half &* 4
                    let value = UInt32(littleEndian: source.loadUnaligned(fromByteOffset: at, as: UInt32.self))
                    a[i] = UInt8(truncatingIfNeeded: value)
                    b[i] = UInt8(truncatingIfNeeded: value &>> 8)
                    c[i] = UInt8(truncatingIfNeeded: value &>> 16)
                    d[i] = UInt8(truncatingIfNeeded: value &>> 24)
                }
            }
            first = end
        }
    }

    private static func join8(_ planes: UnsafePointer<UInt8>, _ target: UnsafeMutableRawPointer, _ n: Int) {
        let b = planes + n, c = b + n, d = c + n, e = d + n, f = e + n, g = f + n, h = g + n
        for i in 0..<n {
            let low = UInt32(planes[i]) | UInt32(b[i]) &<< 8 | UInt32(c[i]) &<< 16 | UInt32(d[i]) &<< 24
            let high = UInt32(e[i]) | UInt32(f[i]) &<< 8 | UInt32(g[i]) &<< 16 | UInt32(h[i]) &<< 24
            let value = UInt64(low) | UInt64(high) &<< 32
            target.storeBytes(of: value.littleEndian, toByteOffset: i &* 8, as: UInt64.self)
        }
    }
}
