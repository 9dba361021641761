import CPNG
import OMEZarr
import Testing

@Suite("PNG files")
struct PNGEncoderTests {
    @Test("libpng reads back every pixel of 8-bit images", arguments: [PNGEncoder.PixelLayout.gray8, .rgb8, .rgba8])
    func eightBits(layout: PNGEncoder.PixelLayout) throws {
        let encoder = try PNGEncoder()
        var random = RandomNumbers(seed: 1)
        for (width, height) in [(1, 1), (1, 7), (7, 1), (2, 2), (33, 17), (256, 3), (640, 481)] {
            let pixels = random.bytes(width * height * layout.bytesPerPixel)
            let file = try pixels.withUnsafeBytes {
                try encoder.encode($0, width: width, height: height, layout: layout)
            }
            let decoded = try decode(file)
            #expect(decoded.width == width && decoded.height == height)
            #expect(decoded.pixels == pixels)
        }
    }

    @Test("libpng reads back every sample of 16-bit images", arguments: [PNGEncoder.PixelLayout.gray16, .rgb16])
    func sixteenBits(layout: PNGEncoder.PixelLayout) throws {
        let encoder = try PNGEncoder(level: 6)
        var random = RandomNumbers(seed: 2)
        for (width, height) in [(1, 1), (1, 5), (5, 1), (31, 9), (300, 200)] {
            let pixels = random.bytes(width * height * layout.bytesPerPixel)
            let file = try pixels.withUnsafeBytes {
                try encoder.encode($0, width: width, height: height, layout: layout)
            }
            #expect(try decodeSixteenBits(file) == pixels)
        }
    }

    @Test("every level of compression gives a file that reads back", arguments: 0...12)
    func levels(level: Int) throws {
        let encoder = try PNGEncoder(level: level)
        let pixels = (0..<64 * 64).map { UInt8(truncatingIfNeeded: $0 &* $0) }
        let file = try pixels.withUnsafeBytes { try encoder.encode($0, width: 64, height: 64, layout: .gray8) }
        #expect(try decode(file).pixels == pixels)
    }

    @Test("bytes that do not fill the image, and levels that do not exist, are errors")
    func wrongCalls() throws {
        let encoder = try PNGEncoder()
        let pixels = [UInt8](repeating: 0, count: 12)
        for (width, height) in [(0, 4), (4, 0), (-1, 4), (3, 3), (4, 4), (Int.max, 2), (2, Int.max)] {
            #expect(throws: OMEZarrError.self) {
                try pixels.withUnsafeBytes { try encoder.encode($0, width: width, height: height, layout: .gray8) }
            }
        }
        #expect(throws: OMEZarrError.self) { try PNGEncoder(level: 13) }
        #expect(throws: OMEZarrError.self) { try PNGEncoder(level: -1) }
    }

    /// Decodes through libpng's simplified interface, in the file's own format.
    private func decode(_ file: [UInt8]) throws -> (width: Int, height: Int, pixels: [UInt8]) {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        try #require(png_image_begin_read_from_memory(&image, file, file.count) != 0)
        defer { png_image_free(&image) }
        let samples = Int(image.format & 1 != 0 ? 1 : 0) + Int(image.format & 2 != 0 ? 3 : 1)
        try #require(image.format & 4 == 0, "not an 8-bit file")
        var pixels = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * samples)
        try #require(png_image_finish_read(&image, nil, &pixels, 0, nil) != 0)
        return (Int(image.width), Int(image.height), pixels)
    }

    /// Decodes 16-bit samples as they are stored; the simplified interface would take them for linear light.
    private func decodeSixteenBits(_ file: [UInt8]) throws -> [UInt8] {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        try #require(png_image_begin_read_from_memory(&image, file, file.count) != 0)
        defer { png_image_free(&image) }
        try #require(image.format & 4 != 0, "not a 16-bit file")
        // Files without a gamma chunk and 16 bits are assumed linear, so that nothing is converted.
        let samples = image.format & 2 != 0 ? 3 : 1
        var pixels = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * samples * 2)
        let row = Int32(Int(image.width) * samples)
        try #require(png_image_finish_read(&image, nil, &pixels, row, nil) != 0)
        return pixels
    }
}
