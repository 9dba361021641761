import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("Regions of corpus files", .enabled(if: SharedFiles.areThere))
struct RegionTests {
    /// Tiles and strips, interleaved and planar, both byte orders, with and without compression and predictors.
    static let files = [
        "compression/imagecodecs/rgb.separate.u1.tif", "compression/imagecodecs/gray.tiled.u2.tif",
        "compression/imagecodecs/rgba.tiled.u1.tif", "compression/imagecodecs/gray.contig.u1.tif",
        "compression/imagecodecs/rgba.separate.tiled.u1.tif", "compression/imagecodecs/gray.f4.tif",
        "compression/imagecodecs/rgb.tiled.lzw.u1.tif", "compression/imagecodecs/gray.lerc.u1.tif",
        "compression/pillow/tiff_strip_planar_16bit_RGB.tiff", "compression/pillow/tiff_16bit_RGBa.tiff",
        "compression/pillow/16bit.MM.deflate.tif", "compression/pillow/tiff_strip_raw.tif",
        "compression/pillow/tiff_tiled_ycbcr_jpeg_2x2_sampling.tif", "compression/tensorstore/D75_08b_3page.tiff",
        "ome/sktracker/sample.ome.tif", "imagej/neubias/xyzc_16bit__spots.tif", "ome/multi-channel-z-series.ome.tif",
    ]

    @Test("any region equals the same region of the whole image, wherever it is put", arguments: files)
    func regions(file: String) throws {
        let image = try TiffDocument.open(path: SharedFiles.folder + "/corpus/" + file).series[0]
        let shape = image.description.shape, type = image.description.type
        var whole = try image.read(Region(wholeOf: shape))
        let reader = try image.makeReader()
        var random = SeededRandom(UInt64(file.count))
        for _ in 0..<60 {
            let origin = shape.map { Int(random.next() >> 1) % $0 }
            let extent = zip(shape, origin).map { Int(random.next() >> 1) % ($0 - $1) + 1 }
            let region = Region(origin: origin, shape: extent)
            var expected = PixelBuffer(shape: extent, type: .pixel(type))
            whole.withPixels { pixels in expected.withPixels { $0.copy(from: pixels.subview(region)) } }
            // Into a larger array with a margin, and with the axes in reverse order in memory.
            var found = PixelBuffer(shape: extent, type: .pixel(type))
            var large = PixelBuffer(shape: extent.map { $0 + 3 }, type: .pixel(type))
            try large.withPixels { pixels in
                let place = pixels.subview(Region(origin: extent.map { _ in 2 }, shape: extent))
                try reader.read(region, level: 0, into: place)
                found.withPixels { $0.copy(from: place) }
            }
            #expect(found.bytes == expected.bytes)
            var reversed = PixelBuffer(shape: extent.reversed(), type: .pixel(type))
            try reversed.withPixels { pixels in
                let place = pixels.permuted(Array(extent.indices.reversed()))
                try reader.read(region, level: 0, into: place)
                found.withPixels { $0.copy(from: place) }
            }
            #expect(found.bytes == expected.bytes)
        }
    }

    @Test("natural blocks tile the image and read the same", arguments: files)
    func naturalBlocks(file: String) throws {
        let image = try TiffDocument.open(path: SharedFiles.folder + "/corpus/" + file).series[0]
        let shape = image.description.shape, block = image.naturalReadShape(level: 0)
        #expect(zip(block, shape).allSatisfy { 1...$1 ~= $0 })
        var whole = try image.read(Region(wholeOf: shape)), assembled = PixelBuffer(shape: shape, type: whole.type)
        let reader = try image.makeReader()
        let counts = zip(shape, block).map { ($0 + $1 - 1) / $1 }
        try assembled.withPixels { pixels in
            for number in 0..<counts.reduce(1, *) {
                var rest = number, origin = [Int](repeating: 0, count: shape.count)
                for axis in shape.indices.reversed() {
                    origin[axis] = rest % counts[axis] * block[axis]
                    rest /= counts[axis]
                }
                let extent = shape.indices.map { min(block[$0], shape[$0] - origin[$0]) }
                let region = Region(origin: origin, shape: extent)
                try reader.read(region, level: 0, into: pixels.subview(region))
            }
        }
        #expect(assembled.bytes == whole.bytes)
        whole.bytes.removeAll()
    }

    @Test("a region outside the level, a wrong shape and a wrong type are the caller's mistakes")
    func mistakes() throws {
        let image = try TiffDocument.open(
            path: SharedFiles.folder + "/corpus/compression/imagecodecs/gray.tiled.u2.tif"
        ).series[0]
        let reader = try image.makeReader()
        var buffer = PixelBuffer(shape: [1, 2, 2], type: .uint16)
        var bytes = PixelBuffer(shape: [1, 2, 2], type: .uint8)
        func code(_ region: Region, _ level: Int, _ pixels: StridedPixels) -> TiffError.Code? {
            do {
                try reader.read(region, level: level, into: pixels)
                return nil
            } catch {
                return (error as? TiffError)?.code
            }
        }
        buffer.withPixels { pixels in
            #expect(code(Region(origin: [0, 0, 0], shape: [1, 2, 2]), 0, pixels) == nil)
            #expect(code(Region(origin: [0, 82, 0], shape: [1, 2, 2]), 0, pixels) == .invalidCall)
            #expect(code(Region(origin: [0, -1, 0], shape: [1, 2, 2]), 0, pixels) == .invalidCall)
            #expect(code(Region(origin: [0, 0, 0], shape: [1, 2, 3]), 0, pixels) == .invalidCall)
            #expect(code(Region(origin: [0, 0, 0], shape: [1, 2, 2]), 1, pixels) == .invalidCall)
            #expect(code(Region(origin: [0, 0, 0], shape: [1, 2, 2]), -1, pixels) == .invalidCall)
        }
        bytes.withPixels { #expect(code(Region(origin: [0, 0, 0], shape: [1, 2, 2]), 0, $0) == .invalidCall) }
    }
}
