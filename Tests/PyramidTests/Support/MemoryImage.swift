import OMEZarr
import Synchronization
import Zarr

/// An image whose pixels lie in memory and which remembers how often each was asked for.
final class MemoryImage: ImageSource {
    let description: ImageDescription
    let pixels: PixelBuffer
    private let natural: [Int]
    /// Elements that readers were asked for.
    let elementsRead = Atomic<Int>(0)

    init(_ description: ImageDescription, natural: [Int], seed: UInt64, values: ClosedRange<Int> = 0...60000) {
        self.description = description
        self.natural = zip(natural, description.shape).map { min($0, $1) }
        var generator = SeededGenerator(seed)
        var pixels = PixelBuffer(shape: description.shape, type: .pixel(description.type))
        let size = description.type.size
        for i in 0..<pixels.count {
            let value = Int.random(in: values, using: &generator)
            withUnsafeBytes(of: value) { raw in
                for byte in 0..<size { pixels.bytes[i * size + byte] = raw[byte] }
            }
            if description.type == .float32 {
                let float = Float(value) / 7
                withUnsafeBytes(of: float) { raw in for byte in 0..<4 { pixels.bytes[i * 4 + byte] = raw[byte] } }
            }
        }
        self.pixels = pixels
    }

    func naturalReadShape(level: Int) -> [Int] { natural }

    func makeReader() throws -> any RegionReader { Reader(self) }

    private final class Reader: RegionReader {
        private let image: MemoryImage
        private var copy: PixelBuffer

        init(_ image: MemoryImage) {
            self.image = image
            copy = image.pixels
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            image.elementsRead.add(region.count, ordering: .relaxed)
            copy.withPixels { pixels.copy(from: $0.subview(region)) }
        }
    }
}

/// A source that fails when a certain row is read.
struct FailingImage: ImageSource {
    struct Failure: Error, Equatable {}

    let image: MemoryImage
    var description: ImageDescription { image.description }

    func naturalReadShape(level: Int) -> [Int] { image.naturalReadShape(level: level) }

    func makeReader() throws -> any RegionReader { Reader(reader: try image.makeReader()) }

    private final class Reader: RegionReader {
        private let reader: any RegionReader
        init(reader: any RegionReader) { self.reader = reader }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            if region.origin.allSatisfy({ $0 > 0 }) { throw Failure() }
            try reader.read(region, level: level, into: pixels)
        }
    }
}
