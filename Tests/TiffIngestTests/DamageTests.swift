#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("Damaged files", .enabled(if: SharedFiles.areThere))
struct DamageTests {
    /// One small file of each kind of layout, compression and flavour.
    static let files = [
        "compression/imagecodecs/rgb.separate.u1.tif", "compression/imagecodecs/gray.tiled.u2.tif",
        "compression/imagecodecs/rgb.tiled.lzw.u1.tif", "compression/imagecodecs/gray.lzma.u1.tif",
        "compression/imagecodecs/gray.zstd.u2.tif", "compression/imagecodecs/gray.packbits.u1.tif",
        "compression/gdal/tif_webp.tif", "compression/gdal/byte_ovr_jpeg_tablesmode1.tif",
        "compression/image-tiff/int16_zstd.tif", "compression/twelvemonkeys-bigtiff/BigTIFFSubIFD8.tif",
        "ome/ome-types/ome.tiff", "ome/2010-06-18x24y5z1t2c8b-text.ome.tiff",
        "sem/rosettasciio/test_loading_image_saved_with_imageJ_stack_no_scale.tif",
        "compression/pillow/16bit.MM.deflate.tif", "compression/gdal-gtiff/rgbsmall_JPEG_tiled.tif",
    ]

    /// How many variants of each file are tried; set TIFF_DAMAGE to try more.
    static let variants = getenv("TIFF_DAMAGE").flatMap { Int(String(cString: $0)) } ?? 60

    @Test("random changes and cuts end with pixels or an error", arguments: files)
    func randomChanges(file: String) throws {
        let whole = try SharedFiles.bytes(SharedFiles.folder + "/corpus/" + file)
        var random = SeededRandom(UInt64(whole.count))
        func number(_ bound: Int) -> Int { Int(truncatingIfNeeded: random.next() >> 1) % max(1, bound) }
        try TemporaryFolder.with { folder in
            for _ in 0..<Self.variants {
                var bytes = whole
                if number(4) == 0 { bytes.removeLast(number(bytes.count)) }
                // Directories and headers lie at the ends more often than not: half of the changes go there.
                for _ in 0...number(6) where !bytes.isEmpty {
                    let place = number(2) == 0 ? number(min(512, bytes.count)) : bytes.count - 1 - number(bytes.count)
                    bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(number(256))][number(6)]
                }
                try TemporaryFolder.write(bytes, folder + "/damaged.tif")
                do {
                    for image in try TiffDocument.open(path: folder + "/damaged.tif").series {
                        let shape = image.description.shape
                        let isSmall = shape.reduce(1.0) { $0 * Double($1) } < 1e6
                        let part = isSmall ? shape : shape.map { min($0, 32) }
                        _ = try image.read(Region(origin: shape.map { _ in 0 }, shape: part))
                    }
                } catch let error as TiffError {
                    #expect(!error.message.isEmpty && error.path != nil, "\(error)")
                }
            }
        }
    }
}
