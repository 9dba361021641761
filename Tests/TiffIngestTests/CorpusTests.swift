import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("The corpus", .enabled(if: SharedFiles.areThere))
struct CorpusTests {
    /// Why a row is not for this library yet; nil where it is.
    static func reasonOutOfScope(_ row: [String: String]) -> String? {
        let flavours: Set = [
            "plain", "plain,file-series", "imagej", "imagej,file-series", "ome", "OME-TIFF BinaryOnly", "shaped",
            "gdal",
            "geotiff", "gdal,geotiff", "BigTIFF plain", "BigTIFF geotiff",
        ]
        let compressions: Set = [
            "1:NONE", "5:LZW", "7:JPEG", "8:ADOBE_DEFLATE", "32773:PACKBITS", "32946:DEFLATE", "34887:LERC",
            "34925:LZMA", "50000:ZSTD", "50001:WEBP",
        ]
        guard let flavour = row["flavour"], flavours.contains(flavour) else {
            return "flavour \(row["flavour"] ?? "")"
        }
        guard let compression = row["compression"], compressions.contains(compression) else {
            return "compression \(row["compression"] ?? "")"
        }
        guard let bits = row["bits"], ["8", "16", "32", "64"].contains(bits) else { return "bits \(row["bits"] ?? "")" }
        if row["dtype"]?.hasPrefix("complex") == true { return "complex numbers" }
        if row["sha256"]?.hasPrefix("ERR:") == true { return "refused by tifffile too" }
        // libjpeg-turbo reads them from version 3 on; Debian 12 has 2.1.
        if row["libtiff450_ifd0"]?.contains("SOF type 0xc3") == true { return "lossless JPEG" }
        if flavour == "OME-TIFF BinaryOnly" { return "one plane of a stack of five files, see MULTIFILE.tsv" }
        return nil
    }

    @Test("every file in scope reads equal to what tifffile reads")
    func equalToTifffile() throws {
        var equal = 0, different = [String](), outOfScope = [String: Int]()
        for row in try SharedFiles.table("corpus/INDEX.tsv") {
            guard let name = row["file"], let axes = row["axes"], let expected = row["sha256"] else { continue }
            if let reason = Self.reasonOutOfScope(row) {
                outOfScope[reason, default: 0] += 1
                continue
            }
            let shape = (row["shape"] ?? "").split(separator: "x").compactMap { Int($0) }
            do {
                let document = try TiffDocument.open(path: SharedFiles.folder + "/corpus/" + name)
                let image = document.series[0]
                let found = try image.hash(axes: axes, shape: shape)
                let type = image.description.type.rawValue
                if found == expected && type == row["dtype"] {
                    equal += 1
                } else {
                    let names = image.description.axes.map(\.name)
                    different.append(
                        "\(name): \(axes) \(shape) \(row["dtype"] ?? ""), found \(names) \(image.description.shape) "
                            + "\(type) \(found)")
                }
            } catch {
                different.append("\(name): \(error)")
            }
        }
        print("corpus: \(equal) equal, \(outOfScope.values.reduce(0, +)) out of scope, \(different.count) different")
        for (reason, count) in outOfScope.sorted(by: { $0.key < $1.key }) {
            print("  out of scope: \(count) \(reason)")
        }
        for line in different { print("  different: \(line)") }
        #expect(different == [])
        #expect(equal > 300)
    }

    @Test("malformed files and all others end with pixels or an error", arguments: ["malformed", "corpus"])
    func malformed(folder: String) throws {
        var read = 0, refused = [String: Int]()
        let names = try SharedFiles.table(folder + "/INDEX.tsv").compactMap { $0["file"] }
        for name in names {
            do {
                let document = try TiffDocument.open(path: SharedFiles.folder + "/\(folder)/" + name)
                for image in document.series {
                    let shape = image.description.shape
                    // What a file claims may be beyond memory: then the block at the corner, cut to what fits.
                    let isSmall = shape.reduce(1.0) { $0 * Double($1) } < 1e8
                    let block = image.naturalReadShape(level: 0).map { min($0, 256) }
                    _ = try image.read(Region(origin: shape.map { _ in 0 }, shape: isSmall ? shape : block))
                }
                read += 1
            } catch let error as TiffError {
                refused[error.code.description, default: 0] += 1
                #expect(!error.message.isEmpty)
            }
        }
        let reasons = refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("\(folder): \(read) read, refused: \(reasons)")
        #expect(read + refused.values.reduce(0, +) == names.count)
    }
}
