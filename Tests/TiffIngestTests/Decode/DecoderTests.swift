import Testing
import TiffIngest
import Zarr

@Suite("Decoders")
struct DecoderTests {
    /// Rows of the definition: each number plus the one `samples` before it.
    private func summed(_ values: [UInt64], numbers: Int, samples: Int, size: Int) -> [UInt64] {
        var result = values
        let mask: UInt64 = size == 8 ? .max : (1 << UInt64(8 * size)) - 1
        for i in result.indices where i % numbers >= samples { result[i] = (result[i] &+ result[i - samples]) & mask }
        return result
    }

    @Test("horizontal differencing equals its definition", arguments: [1, 2, 4, 8])
    func horizontal(size: Int) {
        var random = SeededRandom(UInt64(size))
        for samples in 1...5 {
            for pixels in 1...40 {
                let numbers = pixels * samples, rows = 3
                let mask: UInt64 = size == 8 ? .max : (1 << UInt64(8 * size)) - 1
                let values = (0..<rows * numbers).map { _ in random.next() & mask }
                var bytes = littleEndian(values, size: size)
                bytes.withUnsafeMutableBytes { raw in
                    guard let base = raw.baseAddress else { return }
                    Predictor.undoHorizontal(base, rows: rows, numbers: numbers, samples: samples, size: size)
                }
                let expected = summed(values, numbers: numbers, samples: samples, size: size)
                #expect(bytes == littleEndian(expected, size: size))
            }
        }
    }

    @Test("bytes are swapped number by number", arguments: [1, 2, 4, 8])
    func swap(size: Int) {
        for count in 0...33 {
            let bytes = (0..<count * size).map { UInt8(truncatingIfNeeded: $0) }
            var swapped = bytes
            swapped.withUnsafeMutableBytes { raw in
                if let base = raw.baseAddress { ByteSwap.run(base, count: raw.count, size: size) }
            }
            var expected = [UInt8]()
            for number in 0..<count { expected += bytes[number * size..<(number + 1) * size].reversed() }
            #expect(swapped == expected)
        }
    }

    private func packBits(_ source: [UInt8], _ capacity: Int) -> [UInt8] {
        var target = [UInt8](repeating: 0xEE, count: capacity)
        let count = source.withUnsafeBytes { s in target.withUnsafeMutableBytes { PackBits.decode(s, into: $0) } }
        return Array(target[..<count])
    }

    @Test("PackBits decodes Apple's example")
    func packBitsExample() {
        let packed: [UInt8] = [
            0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA,
        ]
        let plain: [UInt8] = [0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22]
        #expect(packBits(packed, 24) == plain + [UInt8](repeating: 0xAA, count: 10))
    }

    @Test("PackBits equals its definition on every stream of up to three bytes, whatever the target holds")
    func packBitsExhaustively() {
        func plain(_ source: [UInt8]) -> [UInt8] {
            var result = [UInt8](), i = 0
            while i < source.count {
                let n = Int(Int8(bitPattern: source[i]))
                i += 1
                if n >= 0 {
                    result += source[min(i, source.count)..<min(i + n + 1, source.count)]
                    i += n + 1
                } else if n != -128 && i < source.count {
                    result += [UInt8](repeating: source[i], count: 1 - n)
                    i += 1
                }
            }
            return result
        }
        let controls: [UInt8] = [0, 1, 2, 127, 128, 129, 254, 255]
        for first in UInt8.min...UInt8.max {
            for second in controls {
                for third in controls {
                    for source in [[first], [first, second], [first, second, third]] {
                        for capacity in [0, 1, 2, 300] {
                            #expect(packBits(source, capacity) == Array(plain(source).prefix(capacity)))
                        }
                    }
                }
            }
        }
    }

    private func lzw(_ source: [UInt8], _ capacity: Int) throws -> [UInt8] {
        var target = [UInt8](repeating: 0, count: capacity)
        let decoder = LZWDecoder()
        let count = try source.withUnsafeBytes { s in
            try target.withUnsafeMutableBytes { try decoder.decode(s, into: $0) }
        }
        return Array(target[..<count])
    }

    @Test("LZW decodes what an encoder by the book wrote", arguments: [false, true])
    func lzwRoundTrip(isOld: Bool) throws {
        var random = SeededRandom(5)
        for count in [1, 2, 3, 10, 100, 5000, 70_000] {
            for alphabet in [1, 2, 7, 256] {
                let plain = (0..<count).map { _ in UInt8(truncatingIfNeeded: Int(random.next() >> 33) % alphabet) }
                let packed = LZWEncoder.encode(plain, isOld: isOld)
                #expect(try lzw(packed, count) == plain)
                #expect(try lzw(packed, count + 100) == plain)
                #expect(try lzw(packed, count / 2) == Array(plain.prefix(count / 2)))
            }
        }
    }

    @Test("LZW never leaves its target and never hangs on noise")
    func lzwNoise() {
        var random = SeededRandom(9)
        for _ in 0..<2000 {
            let noise = [0x80] + random.bytes(Int(random.next() % 200))
            _ = try? lzw(noise, Int(random.next() % 500))
        }
        #expect(throws: TiffError.self) { try lzw([0x80, 0x7F, 0xFF, 0xFF], 10) }
    }
}

/// LZW as TIFF 6.0 describes it, slowly.
enum LZWEncoder {
    static func encode(_ bytes: [UInt8], isOld: Bool) -> [UInt8] {
        var writer = BitWriter(isLeastFirst: isOld)
        var table = [[UInt8]: Int](), next = 258, width = 9
        func code(_ string: [UInt8]) -> Int { string.count == 1 ? Int(string[0]) : table[string] ?? 0 }
        writer.write(256, 9)
        var omega = [UInt8]()
        for byte in bytes {
            let longer = omega + [byte]
            if longer.count == 1 || table[longer] != nil {
                omega = longer
                continue
            }
            writer.write(code(omega), width)
            table[longer] = next
            next += 1
            // The decoder's table is one entry behind ours.
            if next - 1 + (isOld ? 0 : 1) >= 1 << width { width += 1 }
            if next == 4094 {
                writer.write(256, min(width, 12))
                table = [:]
                next = 258
                width = 9
            }
            omega = [byte]
        }
        if !omega.isEmpty {
            writer.write(code(omega), width)
            if next + (isOld ? 0 : 1) >= 1 << width { width = min(12, width + 1) }
        }
        writer.write(257, width)
        return writer.finished()
    }

    private struct BitWriter {
        var isLeastFirst: Bool
        var bits: [Bool] = []

        init(isLeastFirst: Bool) { self.isLeastFirst = isLeastFirst }

        mutating func write(_ code: Int, _ width: Int) {
            for i in 0..<width { bits.append(code >> (isLeastFirst ? i : width - 1 - i) & 1 == 1) }
        }

        func finished() -> [UInt8] {
            stride(from: 0, to: bits.count, by: 8).map { start in
                var byte: UInt8 = 0
                for i in 0..<min(8, bits.count - start) where bits[start + i] {
                    byte |= isLeastFirst ? 1 << i : 0x80 >> i
                }
                return byte
            }
        }
    }
}
