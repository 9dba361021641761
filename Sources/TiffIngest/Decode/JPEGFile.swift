/// A block of a TIFF as the JPEG file it nearly is: its tables and its stream put together, with a marker that says what
/// the colours are.
///
/// - Source: TIFF Technical Note 2, "JPEGTables"; ITU-T T.81, annex B; T.871 (JFIF); Adobe Technical Note 5116 (APP14).
struct JPEGFile {
    let bytes: [UInt8]
    /// The sum of what the brightness is divided by: the larger, the coarser, and the smaller the file.
    let coarseness: Int

    /// The first two bytes of any stream.
    private static let start: [UInt8] = [0xFF, 0xD8]
    private static let jfif: [UInt8] = [0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
    /// Three components that are red, green and blue.
    private static let adobeRGB: [UInt8] = [0xFF, 0xEE, 0, 14, 0x41, 0x64, 0x6F, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]

    private struct Segment {
        let marker: UInt8
        /// With the marker.
        let whole: Range<Int>
        /// Behind the length.
        let content: Range<Int>
    }

    /// Nil where a decoder might see other colours than ``JPEGDecoder`` does, or other sizes, or where the stream is not
    /// whole.
    ///
    /// - Parameter isRGB: whether the page says that colours are red, green and blue.
    init?(tables: [UInt8], stream: [UInt8], width: Int, height: Int, isRGB: Bool) {
        guard let shared = tables.isEmpty ? [] : Self.segments(tables), let own = Self.segments(stream),
            stream.suffix(2) == [0xFF, 0xD9], let scan = own.last, scan.marker == 0xDA,
            !shared.contains(where: { $0.marker == 0xEE }),
            let frame = own.first(where: { (0xC0...0xC2).contains($0.marker) })
        else { return nil }
        let head = Array(stream[frame.content])
        guard head.count == 15, head[0] == 8, head[5] == 3, Int(head[1]) << 8 | Int(head[2]) == height,
            Int(head[3]) << 8 | Int(head[4]) == width
        else { return nil }
        let hasJFIF = own.contains { $0.marker == 0xE0 && stream[$0.content].starts(with: Array("JFIF\0".utf8)) }
        let isPlainRGB = isRGB && !hasJFIF, adobe = own.filter { $0.marker == 0xEE }.map { stream[$0.content].last }
        // An Adobe marker may say anything of the colours; zero, that three components are what the page says.
        guard adobe.isEmpty || isPlainRGB && adobe == [0] else { return nil }
        // Components that are called so are red, green and blue to libjpeg, but only without a JFIF marker.
        guard isPlainRGB || [head[6], head[9], head[12]] != Array("RGB".utf8) else { return nil }
        let wanted: Set<UInt8> = [0xDB, 0xC4, 0xDD]
        guard (shared + own).contains(where: { $0.marker == 0xC4 }) else { return nil }
        var divisors = [UInt8: Int]()
        for (segments, source) in [(shared, tables), (own, stream)] {
            for segment in segments where segment.marker == 0xDB {
                guard Self.read(source[segment.content], into: &divisors) else { return nil }
            }
        }
        guard let coarseness = divisors[head[8]] else { return nil }
        self.coarseness = coarseness
        let marker = hasJFIF || !adobe.isEmpty ? [] : isPlainRGB ? Self.adobeRGB : Self.jfif
        // A JFIF marker comes first.
        let first = hasJFIF ? own[0] : nil
        guard first?.marker == (hasJFIF ? 0xE0 : nil) else { return nil }
        let common = shared.filter { wanted.contains($0.marker) }.flatMap { tables[$0.whole] }
        bytes =
            Self.start + marker + (first.map { Array(stream[$0.whole]) } ?? []) + common
            + stream[(first?.whole.upperBound ?? 2)...]
    }

    /// The segments up to the first scan or the end; nil where they are not well formed.
    private static func segments(_ bytes: [UInt8]) -> [Segment]? {
        guard bytes.starts(with: start) else { return nil }
        var segments = [Segment](), place = 2
        while place + 4 <= bytes.count {
            guard bytes[place] == 0xFF, (0xC0...0xFE).contains(bytes[place + 1]) else { return nil }
            let marker = bytes[place + 1], length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            let end = place + 2 + length
            guard length >= 2, end <= bytes.count else { return nil }
            segments.append(Segment(marker: marker, whole: place..<end, content: place + 4..<end))
            if marker == 0xDA { return segments }
            place = end
        }
        return bytes[place...].elementsEqual([0xFF, 0xD9]) ? segments : nil
    }

    /// Adds up each table of a DQT segment, of 64 bytes or 64 words.
    private static func read(_ segment: ArraySlice<UInt8>, into sums: inout [UInt8: Int]) -> Bool {
        var rest = segment
        while let first = rest.popFirst() {
            let size = first >> 4 == 0 ? 1 : 2
            guard rest.count >= 64 * size else { return false }
            let table = Array(rest.prefix(64 * size))
            rest = rest.dropFirst(64 * size)
            sums[first & 15] = stride(from: 0, to: table.count, by: size).reduce(0) { sum, place in
                sum + (size == 1 ? Int(table[place]) : Int(table[place]) << 8 | Int(table[place + 1]))
            }
        }
        return true
    }
}

extension JPEGFile {
    /// The coarseness of a quality of libjpeg, 1 to 100.
    static func coarseness(ofQuality quality: Int) -> Int {
        let scale = quality < 50 ? 5000 / max(quality, 1) : 200 - 2 * quality
        return brightness.reduce(0) { $0 + min(max(($1 * scale + 50) / 100, 1), 255) }
    }

    /// - Source: ITU-T T.81, table K.1.
    private static let brightness = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
        120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ]
}
