import Testing
import Zarr

/// Kernels against their plain definitions.
struct KernelTests {
    @Test("the byte shuffle equals its definition and is undone", arguments: [1, 2, 3, 4, 5, 8, 16, 255])
    func byteShuffle(size: Int) {
        var random = SeededRandom(seed: UInt64(size))
        for count in Array(0...130) + [4095 * 8, 4096 * 8 + 3, 10_007] {
            let bytes = random.bytes(count), n = count / size
            var expected = bytes
            for plane in 0..<size { for i in 0..<n { expected[plane * n + i] = bytes[i * size + plane] } }
            var shuffled = [UInt8](repeating: 0, count: count + 1), undone = shuffled
            bytes.withUnsafeBytes { source in
                shuffled.withUnsafeMutableBytes { target in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    ByteShuffle.run(from, into: to, count, size)
                    undone.withUnsafeMutableBytes {
                        ByteShuffle.undo(UnsafeRawPointer(to), into: $0.baseAddress!, count, size)
                    }
                }
            }
            #expect(Array(shuffled.dropLast()) == expected, "\(count) bytes")
            #expect(Array(undone.dropLast()) == bytes, "\(count) bytes")
            #expect(shuffled.last == 0 && undone.last == 0, "a byte behind the end was written")
        }
    }

    @Test("CRC-32C gives the published value, and instruction and tables agree at every length and alignment")
    func crc32c() {
        // RFC 3720, B.4, and the usual check value.
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32C.checksum($0) } == 0xE306_9283)
        #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes { CRC32C.checksum($0) } == 0x8A91_36AA)
        #expect([UInt8](repeating: 0xFF, count: 32).withUnsafeBytes { CRC32C.checksum($0) } == 0x62A8_AB43)
        #expect(CRC32C.checksum(UnsafeRawBufferPointer(start: nil, count: 0)) == 0)
        var random = SeededRandom(seed: 1)
        random.bytes(300).withUnsafeBytes { bytes in
            for start in 0..<9 {
                for end in start...300 {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    #expect(CRC32C.checksum(part) == CRC32C.checksumByTables(part))
                }
            }
        }
    }

    @Test("every half float survives the way to a double and back")
    func halfFloatRoundTrips() {
        for bits in 0...UInt16.max {
            let value = HalfFloat.double(bits)
            let expected = bits & 0x7C00 == 0x7C00 && bits & 0x3FF != 0 ? 0x7E00 : bits
            #expect(HalfFloat.bits(value) == expected)
        }
    }

    @Test("a double becomes the nearest half float, ties to even")
    func halfFloatRounds() {
        for bits in 0..<0x7BFF as Range<UInt16> {
            let low = HalfFloat.double(bits), high = HalfFloat.double(bits + 1), middle = (low + high) / 2
            #expect(HalfFloat.bits(middle) == (bits % 2 == 0 ? bits : bits + 1))
            #expect(HalfFloat.bits(middle.nextDown) == bits)
            #expect(HalfFloat.bits(middle.nextUp) == bits + 1)
            #expect(HalfFloat.bits(-middle.nextUp) == bits + 1 | 0x8000)
        }
        #expect(HalfFloat.bits(65519.999) == 0x7BFF)
        #expect(HalfFloat.bits(65520) == 0x7C00)
        #expect(HalfFloat.bits(-1e300) == 0xFC00)
        #expect(HalfFloat.bits(1e-300) == 0)
    }

    @Test("a run is filled only where every bit of every element is the fill value")
    func fills() {
        let fill = FillValue(bytes: [1, 2], type: .uint16)
        for count in 1...20 {
            var pixels = (0..<count).flatMap { _ in [1, 2] as [UInt8] }
            #expect(pixels.withUnsafeBytes { fill.fills($0) })
            for i in pixels.indices {
                pixels[i] ^= 0x80
                #expect(!pixels.withUnsafeBytes { fill.fills($0) })
                pixels[i] ^= 0x80
            }
        }
        let negativeZero = withUnsafeBytes(of: Float(-0.0)) { FillValue.zero(.float32).fills($0) }
        #expect(!negativeZero)
    }
}
