import Testing
import TileService

@Suite("What a Range header asks for")
struct ByteRangesTests {
    @Test("follows RFC 9110, whatever is asked for")
    func values() {
        let cases: [(String?, Int, ByteRanges)] = [
            (nil, 100, .whole), ("bytes=0-9", 100, .parts([0..<10])), ("bytes=90-", 100, .parts([90..<100])),
            ("bytes=-8", 100, .parts([92..<100])), ("bytes=-800", 100, .parts([0..<100])),
            ("bytes=95-200", 100, .parts([95..<100])), ("Bytes=0-0", 100, .parts([0..<1])),
            ("bytes=0-0, 50-59 ,-1", 100, .parts([0..<1, 50..<60, 99..<100])),
            ("bytes=100-", 100, .unsatisfiable), ("bytes=-0", 100, .unsatisfiable), ("bytes=0-", 0, .unsatisfiable),
            ("bytes=200-300,5-6", 100, .parts([5..<7])),
            // What is not understood is as good as absent.
            ("bytes=9-0", 100, .whole), ("bytes=", 100, .whole), ("bytes=-", 100, .whole), ("bytes=a-b", 100, .whole),
            ("lines=0-1", 100, .whole), ("bytes", 100, .whole), ("bytes=0-1,", 100, .whole),
            ("bytes=+1-2", 100, .whole),
            ("bytes=0x1-2", 100, .whole), ("bytes=1-2-3", 100, .whole), ("bytes=--1", 100, .whole),
            // Numbers beyond any file.
            ("bytes=0-99999999999999999999999", 100, .parts([0..<100])),
            ("bytes=99999999999999999999999-", 100, .unsatisfiable),
            ("bytes=-99999999999999999999999", 100, .parts([0..<100])),
            ("bytes=9223372036854775806-9223372036854775807", .max, .parts([.max - 1..<(.max)])),
            // Overlapping parts that are more than the object.
            ("bytes=0-,0-,0-", 100, .whole),
        ]
        for (header, size, expected) in cases {
            #expect(ByteRanges(header, size: size) == expected, "\(header ?? "nil") of \(size)")
        }
    }

    @Test("of very many parts is the whole")
    func many() {
        func header(_ count: Int) -> String {
            "bytes=" + (0..<count).map { "\(2 * $0)-\(2 * $0)" }.joined(separator: ",")
        }
        #expect(ByteRanges(header(ByteRanges.limit), size: 1 << 20) != .whole)
        #expect(ByteRanges(header(ByteRanges.limit + 1), size: 1 << 20) == .whole)
        #expect(ByteRanges(header(100_000), size: 1 << 20) == .whole)
    }

    @Test("never reaches outside the object", arguments: [0, 1, 2, 7, 100])
    func bounds(_ size: Int) {
        let numbers = ["", "0", "1", "6", "7", "99", "100", "18446744073709551616"]
        for first in numbers {
            for last in numbers {
                guard case .parts(let parts) = ByteRanges("bytes=\(first)-\(last)", size: size) else { continue }
                #expect(parts.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= size })
            }
        }
    }
}
