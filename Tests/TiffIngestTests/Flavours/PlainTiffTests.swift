import Testing
import TiffIngest

@Suite("Plain TIFF")
struct PlainTiffTests {
    /// A file of pages of these sizes, all black.
    private func file(_ sizes: [(width: Int, height: Int)]) -> TiffBuilder {
        var builder = TiffBuilder()
        let data = builder.add([UInt8](repeating: 0, count: sizes.map { $0.width * $0.height }.max() ?? 0))
        var last: (place: Int, entries: Int)?
        for size in sizes {
            let entries = TiffBuilder.grey(width: size.width, height: size.height, offset: data)
            let place = builder.add(entries)
            if let last {
                builder.link(last.place, entries: last.entries, to: place)
            } else {
                builder.setFirst(place)
            }
            last = (place, entries.count)
        }
        return builder
    }

    @Test("pages of half the size are levels, of pages before them")
    func pyramids() throws {
        try file([(64, 48), (33, 17), (32, 24), (16, 12), (16, 8), (8, 4)]).withFile { path in
            let series = try TiffDocument.open(path: path).series
            #expect(
                series.map { $0.description.levels.map(\.shape) } == [
                    [[48, 64], [24, 32], [12, 16]], [[17, 33], [8, 16], [4, 8]],
                ])
        }
    }

    @Test("a file of many pages that are all different opens in a moment", .timeLimit(.minutes(1)))
    func allDifferent() throws {
        try file((0..<30_000).map { ($0 % 200 + 1, $0 / 200 + 1) }).withFile { path in
            let series = try TiffDocument.open(path: path).series
            #expect(series.count == 30_000)
        }
    }
}
