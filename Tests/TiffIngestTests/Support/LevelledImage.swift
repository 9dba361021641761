import OMEZarr
import Synchronization
import Zarr

/// An image in memory whose levels have values of their own, and which remembers how much was read of it.
final class LevelledImage: ImageSource {
    struct Failure: Error, Equatable {}

    let description: ImageDescription
    /// The pixels of each level.
    let pixels: [PixelBuffer]
    /// Elements that readers were asked for.
    let elementsRead = Atomic<Int>(0)
    private let natural: [Int]
    /// Whether the last element of level 0 cannot be read.
    private let fails: Bool

    init(_ description: ImageDescription, natural: [Int], fails: Bool = false) {
        self.description = description
        self.natural = natural
        self.fails = fails
        pixels = description.levels.enumerated().map { number, level in
            var buffer = PixelBuffer(shape: level.shape, type: .pixel(description.type))
            var state = UInt64(number + 1) &* 0x9e37_79b9_7f4a_7c15
            for i in buffer.bytes.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // The bytes of floats stay below those of infinity, those of bool are 0 and 1.
                buffer.bytes[i] = UInt8(truncatingIfNeeded: state >> 40) & (description.type == .bool ? 1 : 0x3F)
            }
            return buffer
        }
    }

    func naturalReadShape(level: Int) -> [Int] {
        zip(natural, description.levels[level].shape).map { min($0, $1) }
    }

    func makeReader() throws -> any RegionReader { Reader(self) }

    private final class Reader: RegionReader {
        private let image: LevelledImage
        private var pixels: [PixelBuffer]

        init(_ image: LevelledImage) {
            self.image = image
            pixels = image.pixels
        }

        func read(_ region: Region, level: Int, into target: StridedPixels) throws {
            let shape = image.description.shape
            if image.fails, level == 0, shape.indices.allSatisfy({ region.end($0) == shape[$0] }) { throw Failure() }
            image.elementsRead.add(region.count, ordering: .relaxed)
            pixels[level].withPixels { target.copy(from: $0.subview(region)) }
        }
    }
}
