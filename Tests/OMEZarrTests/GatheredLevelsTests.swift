import OMEZarr
import Testing
import Zarr

@Suite("Levels that lie in several images")
struct GatheredLevelsTests {
    /// An image whose pixels say where they come from: its number, then the level.
    private struct Marked: ImageSource {
        let number: UInt8
        let description: ImageDescription

        init(_ number: UInt8, sides: [Int]) {
            self.number = number
            description = ImageDescription(
                name: "image \(number)", axes: [.space("y"), .space("x")],
                levels: sides.map { .init(shape: [$0, $0], scale: [1, 1], translation: [0, 0]) }, type: .uint8)
        }

        func naturalReadShape(level: Int) -> [Int] { [Int(number), level + 1] }
        func readerBytes(level: Int) -> Int { Int(number) * 10 + level }
        func makeReader() throws -> any RegionReader { Reader(number: number) }

        private final class Reader: RegionReader {
            let number: UInt8
            init(number: UInt8) { self.number = number }

            func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
                var buffer = PixelBuffer(shape: region.shape, type: .pixel(.uint8))
                for i in buffer.bytes.indices { buffer.bytes[i] = number * 10 + UInt8(level) }
                buffer.withPixels { pixels.copy(from: $0) }
            }
        }
    }

    @Test("each level is read where it lies, and says there how it is best read")
    func levels() throws {
        let one = Marked(1, sides: [16, 8]), two = Marked(2, sides: [8, 4, 2])
        let all = GatheredLevels([
            .init(one, level: 0), .init(one, level: 1), .init(two, level: 1), .init(two, level: 2),
        ])
        #expect(all.description.name == "image 1")
        #expect(all.description.levels.map(\.shape) == [[16, 16], [8, 8], [4, 4], [2, 2]])
        let reader = try all.makeReader()
        for (level, mark) in [(0, 10), (1, 11), (2, 21), (3, 22), (0, 10)] {
            var buffer = PixelBuffer(shape: [2, 1], type: .pixel(.uint8))
            try buffer.withPixels {
                try reader.read(Region(origin: [0, 1], shape: [2, 1]), level: level, into: $0)
            }
            #expect(buffer.bytes.map(Int.init) == [mark, mark])
            #expect(all.readerBytes(level: level) == mark)
            #expect(all.naturalReadShape(level: level) == [mark / 10, mark % 10 + 1])
        }
        for level in [-1, 4] {
            #expect(throws: OMEZarrError.self) {
                try all.read(Region(origin: [0, 0], shape: [1, 1]), level: level)
            }
        }
    }
}
