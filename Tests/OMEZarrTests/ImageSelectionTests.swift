import OMEZarr
import Testing
import Zarr

@Suite("A part of an image")
struct ImageSelectionTests {
    /// An image in memory that counts: pixel i has the value i.
    struct Counting: ImageSource {
        let description: ImageDescription
        let natural: [Int]

        init(_ axes: [Axis], _ shape: [Int], natural: [Int], channels: [Channel] = []) {
            description = ImageDescription(axes: axes, shape: shape, type: .uint16, channels: channels)
            self.natural = natural
        }

        func naturalReadShape(level: Int) -> [Int] { natural }
        func makeReader() throws -> any RegionReader { Reader(shape: description.shape) }

        private final class Reader: RegionReader {
            let shape: [Int]
            init(shape: [Int]) { self.shape = shape }

            func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
                #expect(region.lies(within: shape) && region.shape == pixels.shape)
                for number in 0..<region.count {
                    var rest = number, index = [Int](repeating: 0, count: shape.count)
                    for axis in shape.indices.reversed() {
                        index[axis] = rest % region.shape[axis]
                        rest /= region.shape[axis]
                    }
                    let value = zip(zip(index, region.origin), shape).reduce(0) { $0 * $1.1 + $1.0.0 + $1.0.1 }
                    let offset = zip(index, pixels.strides).reduce(0) { $0 + $1.0 * $1.1 }
                    pixels.base.storeBytes(of: UInt16(value), toByteOffset: offset, as: UInt16.self)
                }
            }
        }
    }

    private static let cyx = [Axis.c, .space("y", unit: "micrometer", spacing: 0.5), .space("x", spacing: 0.25)]
    private let image = Counting(
        cyx, [3, 4, 5], natural: [1, 2, 2], channels: ["a", "b", "b"].map { Channel(name: $0) })

    private func values(_ source: any ImageSource, _ region: Region) throws -> [UInt16] {
        try source.read(region).elements()
    }

    @Test("holds exactly the pixels of every box and every choice of channels")
    func everyBox() throws {
        let whole = try values(image, Region(wholeOf: [3, 4, 5]))
        for y in 0..<4 {
            for height in 1...4 - y {
                for x in 0..<5 {
                    for width in 1...5 - x {
                        for channels in [nil, [0], [2], [2, 0], [0, 1], [1, 2, 0], [0, 1, 2]] {
                            let part = try ImageSelection(
                                image, ranges: ["y": y..<y + height, "x": x..<x + width], channels: channels)
                            let expected = (channels ?? [0, 1, 2]).flatMap { c in
                                (y..<y + height).flatMap { y in (x..<x + width).map { whole[(c * 4 + y) * 5 + $0] } }
                            }
                            let shape = [channels?.count ?? 3, height, width]
                            #expect(part.description.shape == shape)
                            #expect(try values(part, Region(wholeOf: shape)) == expected)
                        }
                    }
                }
            }
        }
    }

    @Test("is read by region like any image, and refuses regions that leave it")
    func regions() throws {
        let part = try ImageSelection(image, ranges: ["y": 1..<4], channels: [2, 1])
        #expect(try values(part, Region(origin: [1, 1, 2], shape: [1, 2, 1])) == [20 + 12, 20 + 17])
        #expect(throws: OMEZarrError.self) { try part.read(Region(origin: [0, 2, 0], shape: [1, 2, 1])) }
        #expect(throws: OMEZarrError.self) { try part.read(Region(origin: [2, 0, 0], shape: [1, 1, 1])) }
        #expect(throws: OMEZarrError.self) { try part.read(Region(wholeOf: [1, 1, 1]), level: 1) }
    }

    @Test("lies where it lay, also in what lay elsewhere than at the origin")
    func translation() throws {
        let once = try ImageSelection(image, ranges: ["y": 1..<4, "x": 2..<5])
        #expect(once.description.levels[0].translation == [0, 0.5, 0.5])
        let twice = try ImageSelection(once, ranges: ["y": 2..<3, "x": 1..<2], channels: [1])
        #expect(twice.description.levels[0].translation == [0, 1.5, 0.75])
        #expect(twice.description.levels[0].scale == [1, 0.5, 0.25])
        #expect(twice.description.channels == [Channel(name: "b")])
    }

    @Test("asks for whole blocks of its source where it begins with one")
    func natural() throws {
        func shape(_ y: Range<Int>, _ x: Range<Int>) throws -> [Int] {
            let image = Counting(Self.cyx, [3, 4000, 4000], natural: [3, 256, 4000])
            return try ImageSelection(image, ranges: ["y": y, "x": x]).naturalReadShape(level: 0)
        }
        #expect(try shape(512..<4000, 0..<4000) == [3, 256, 4000])
        #expect(try shape(512..<600, 0..<4000) == [3, 88, 4000])
        #expect(try shape(1..<4000, 7..<2007) == [3, 1024, 2000])
    }

    @Test("says which axis has which bound, and which channels there are")
    func refusals() throws {
        func message(_ ranges: [String: Range<Int>], _ channels: [Int]? = nil) -> String {
            do {
                _ = try ImageSelection(image, ranges: ranges, channels: channels)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message(["y": 0..<5]).contains("leaves the y axis, which has 4 elements"))
        #expect(message(["x": -1..<2]).contains("leaves the x axis"))
        #expect(message(["x": 2..<2]).contains("is empty"))
        #expect(message(["z": 0..<2]).contains("only c, y, x"))
        #expect(message(["z": 0..<1]) == "")
        #expect(message([:], [3]).contains("no channel 3: the image has 3"))
        #expect(message([:], [1, 1]).contains("each named once"))
        #expect(message([:], []).contains("at least one"))
        let description = image.description
        #expect(try description.channel("a") == 0 && description.channel("2") == 2)
        #expect(throws: OMEZarrError.self) { try description.channel("b") }
        #expect(throws: OMEZarrError.self) { try description.channel("-1") }
    }
}
