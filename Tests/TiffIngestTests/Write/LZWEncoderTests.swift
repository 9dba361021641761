import Testing
import TiffIngest

@Suite("LZWEncoder")
struct LZWEncoderTests {
    private let decoder = LZWDecoder()

    private func expectRoundTrip(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
        // Of the types of one byte, bool alone is packed without a predictor.
        let format = try TiffPageFormat(
            width: bytes.count, height: 1, type: .bool, blocks: .strips(rows: 1), compression: .lzw)
        let encoder = try TiffBlockEncoder(format)
        let packed = try bytes.withUnsafeBytes { Array(try encoder.encode($0, rows: 1)) }
        #expect(packed.count <= format.compression.bound(bytes.count))
        // A byte more, which must stay as it is: the end of the data is told by its code.
        var unpacked = [UInt8](repeating: 0x55, count: bytes.count + 1)
        let read = try packed.withUnsafeBytes { source in
            try unpacked.withUnsafeMutableBytes { try decoder.decode(source, into: $0) }
        }
        #expect(read == bytes.count && Array(unpacked.dropLast()) == bytes, sourceLocation: sourceLocation)
    }

    @Test("every string of up to ten of two bytes comes back")
    func small() throws {
        for length in 1...10 {
            for bits in 0..<1 << length {
                try expectRoundTrip((0..<length).map { bits >> $0 & 1 == 0 ? 0 : 255 })
            }
        }
    }

    @Test("every length around those at which codes grow wider or the table is cleared comes back")
    func lengths() throws {
        // Without repetitions a code stands for one byte, so that the table grows by one with each.
        var state: UInt32 = 1
        let noise = (0..<8200).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        for center in [254, 255, 510, 766, 1022, 1790, 3836, 3837, 3838, 4094, 7674] {
            for length in center - 3...center + 3 { try expectRoundTrip(Array(noise[..<length])) }
        }
        for length in [1, 2, 3, 1000, 65_536, 300_000] {
            try expectRoundTrip([UInt8](repeating: 7, count: length))
            try expectRoundTrip((0..<length).map { UInt8(truncatingIfNeeded: $0) })
            try expectRoundTrip((0..<length).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) })
        }
    }
}
