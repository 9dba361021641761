import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("Flavours of the shared files", .enabled(if: SharedFiles.areThere))
struct SharedFlavourTests {
    private func open(_ path: String) throws -> TiffDocument {
        try TiffDocument.open(path: SharedFiles.folder + "/" + path)
    }

    @Test("a companion and each of its files open the same stack")
    func companion() throws {
        let folder = "corpus/ome/multifile-companion/"
        let expected = try SharedFiles.table("corpus/MULTIFILE.tsv").first { $0["dir"] == "ome/multifile-companion" }
        let names = ["multifile.companion.ome"] + (1...5).map { "multifile-Z\($0).ome.tiff" }
        for name in names {
            let document = try open(folder + name)
            #expect(document.flavour == "OME-TIFF" && document.series.count == 1 && document.fileCount == 5)
            #expect(document.warnings == [])
            #expect(try document.series[0].hash(axes: "ZYX", shape: [5, 24, 18]) == expected?["sha256_le_corder"])
        }
    }

    @Test("the derived files read equal")
    func derived() throws {
        for row in try SharedFiles.table("corpus-derived/INDEX.tsv") {
            guard let name = row["file"], var axes = row["axes"], let shape = row["shape"] else { continue }
            // A lifetime inside time is one axis of twenty here: 0.4 and 0.5 have no name for it.
            if axes.contains(":") { axes = "TYX" }
            let image = try open("corpus-derived/" + name).series[0]
            let extents = shape.split(separator: "x").compactMap { Int($0) }
            #expect(try image.hash(axes: axes, shape: extents) == row["sha256_le_corder"], "\(name)")
        }
    }

    @Test("either file of a multi-file series opens the whole")
    func multiFile() throws {
        let hashes = try ["t0-1", "t2-3"].map {
            try open("corpus-derived/multifile-uuid_\($0).ome.tif").series[0].hash(
                axes: "TZYX", shape: [4, 5, 51, 73])
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test("a SubIFD pyramid has its levels, their scales and their pixels")
    func subIFDPyramid() throws {
        let image = try open("corpus-derived/ome-subifd-pyramid-2ch-u16.ome.tif").series[0]
        let description = image.description
        #expect(description.axes.map(\.name) == ["c", "y", "x"] && description.type == .uint16)
        #expect(description.levels.map(\.shape) == [[2, 420, 476], [2, 210, 238], [2, 105, 119]])
        #expect(description.levels.map(\.scale) == [[1, 0.0899, 0.0899], [1, 0.1798, 0.1798], [1, 0.3596, 0.3596]])
        #expect(description.levels[2].translation == [0, 1.5 * 0.0899, 1.5 * 0.0899])
        #expect(description.axes[1].unit == "micrometer")
        #expect(description.channels.map(\.name) == ["NUP", "DNA"])
        #expect(image.naturalReadShape(level: 0) == [1, 128, 128])
        // The levels were made by taking every second pixel.
        var whole = try image.read(Region(wholeOf: description.shape))
        for level in 1...2 {
            let step = 1 << level
            let found = try image.read(Region(wholeOf: description.levels[level].shape), level: level)
            var expected = PixelBuffer(shape: found.shape, type: .uint16)
            whole.withPixels { pixels in
                let sparse = StridedPixels(
                    base: pixels.base, shape: found.shape,
                    strides: [pixels.strides[0], pixels.strides[1] * step, pixels.strides[2] * step], type: .uint16)
                expected.withPixels { $0.copy(from: sparse) }
            }
            #expect(found.bytes == expected.bytes)
        }
    }

    @Test("RGB in JPEG tiles has three coloured channels")
    func rgbPyramid() throws {
        let image = try open("corpus-derived/rgb-subifd-pyramid-ycbcr-jpeg.ome.tif").series[0]
        #expect(image.description.isRGB && image.description.levels.count == 3)
        #expect(image.description.channels.map(\.name) == ["Red", "Green", "Blue"])
        #expect(image.description.channels.map(\.color?.green) == [0, 255, 0])
        #expect(image.naturalReadShape(level: 0)[0] == 3)
        // tifffile's hashes of the levels.
        #expect(
            try image.hash(axes: "YXS", shape: [512, 512, 3], level: 1)
                == "fab3e5fab4dbee38972d8baddd0f1da412c44a4ae523f84c9eba1576061c0398")
        #expect(
            try image.hash(axes: "YXS", shape: [256, 256, 3], level: 2)
                == "b0f1daf6c7969592f50905e12c897c99f33749baef89c1bf03c1718b09400bd2")
    }

    @Test("levels of plain pages are found: GDAL, Cantaloupe and a mask beside them")
    func plainPyramids() throws {
        let cog = try open("corpus/pyramid/cog.tif").series[0].description
        #expect(cog.levels.map(\.shape) == [[2667, 2658], [1334, 1329], [667, 665], [334, 333], [167, 167]])
        #expect(cog.levels.map { $0.scale[0] } == [1, 2, 4, 8, 16])
        let masked = try open("corpus/compression/gdal/test_with_mask_1bit_and_ovr.tif")
        #expect(masked.series.count == 1 && masked.series[0].description.levels.map(\.shape) == [[20, 20], [10, 10]])
        #expect(masked.warnings.contains { $0.contains("mask") })
        let rows = try SharedFiles.table("corpus/INDEX.tsv").filter {
            CorpusTests.reasonOutOfScope($0) == nil && $0["n_levels"] != "1"
        }
        for row in rows {
            let levels = try open("corpus/" + (row["file"] ?? "")).series[0].description.levels
            #expect(levels.count == Int(row["n_levels"] ?? ""), "\(row["file"] ?? "")")
        }
        #expect(rows.count > 15)
    }

    @Test("a hyperstack in one directory has all its planes and its calibration")
    func imageJ() throws {
        let image = try open("corpus-derived/imagej-truncated-one-ifd.tif").series[0].description
        #expect(image.axes.map(\.name) == ["c", "z", "y", "x"] && image.shape == [2, 17, 88, 89])
        let calibrated = try open("corpus/imagej/neubias/image_3D_calibrated.tif")
        #expect(calibrated.flavour == "ImageJ")
        let axes = calibrated.series[0].description.axes
        #expect(axes.map(\.name) == ["z", "y", "x"] && axes.map(\.unit) == ["micrometer", "micrometer", "micrometer"])
        #expect(axes[0].spacing == 0.52 && abs(axes[2].spacing - 0.13) < 1e-6)
    }

    @Test("int8 is signed, and an undeclared axis is depth without a unit")
    func types() throws {
        #expect(try open("corpus/ome/signed-integral-8bit.tif").series[0].description.type == .int8)
        let pages = try open("corpus/labels/cytomapper-imc/E34_imc.tiff").series[0].description
        #expect(pages.axes[0] == Axis.space("z") && pages.shape == [5, 100, 100] && pages.type == .float32)
    }

    @Test("printer's resolutions are no pixel sizes")
    func resolutions() throws {
        var known = 0
        for row in try SharedFiles.table("corpus/INDEX.tsv") {
            guard let text = row["pixel_size"], text.hasSuffix("(Resolution tags)"), let name = row["file"],
                CorpusTests.reasonOutOfScope(row) == nil
            else { continue }
            let axes = try open("corpus/" + name).series[0].description.axes
            if ["352.778", "84.6667", "264.583"].contains(where: { text.hasPrefix("x=\($0) ") }) {
                #expect(axes.allSatisfy { $0.unit == nil && $0.spacing == 1 }, "\(name)")
            } else if axes.last?.unit != nil {
                known += 1
                #expect(axes.last?.unit == "micrometer")
            }
        }
        #expect(known > 5)
    }

    @Test("a stack that hides its planes behind one directory is refused instead of losing them")
    func metaMorph() throws {
        let error = #expect(throws: TiffError.self) { try open("corpus/stk/movie.stk") }
        #expect(error?.code == .unsupported && error?.message.contains("2 planes") == true)
    }

    @Test("levels that were halved again and again have powers of two as their factors")
    func halvedLevels() throws {
        let levels = try open("corpus/pyramid/TCI.tif").series[0].description.levels
        #expect(levels.map(\.scale.last) == [1, 2, 4, 8, 16, 32].prefix(levels.count).map { Optional(Double($0)) })
        #expect(levels.count > 4)
    }
}
