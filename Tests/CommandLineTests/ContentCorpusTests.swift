import OMEZarr
import Pyramid
import Testing
import TiffIngest

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Telling labels from intensities in the corpus", .enabled(if: Corpus.isThere))
struct ContentCorpusTests {
    /// What segmentations are called there: a human's verdict on each file, not the words that the probe looks for.
    private static let labels: Set<String> = [
        "labels/stardist/mask2d.tif", "labels/stardist/mask3d.tif", "labels/cytomapper-imc/G01_mask.tiff",
        "labels/cytomapper-imc/J02_mask.tiff", "labels/aics/TOMM20_pipeline_example_nucleus_segmentation.tiff",
        "imagej/neubias/xy_8bit_labels__nuclei.tif", "imagej/neubias/xy_8bit_binary__nuclei.tif",
        "labels/neubias/xy_8bit_labels__mitocheck_incenp_t1.tif", "labels/neubias/xy_16bit_labels__nuclei.tif",
        "labels/neubias/xy_8bit_labels__nup.tif", "labels/neubias/xy_8bit__mitocheck_incenp_t1_nuclei_labels.tiff",
        "labels/neubias/xy_8bit__mitocheck_incenp_t70_nuclei_labels.tiff", "labels/blobs/blobs_annotated.tif",
        "labels/blobs/blobs_annotations.tif", "labels/blobs/blobs_labeled.tif", "labels/blobs/blobs_otsu_watershed.tif",
        "labels/blobs/blobs_sparse_labels.tif", "labels/haase/maize_clsm_labels.tif",
        "labels/haase/Platynereis_tp7_channel1_rescaled(256x256x103)_voronoi_otsu_label_image.tif",
    ]

    /// No images of light and no segmentations: drawings, constants, and the map of scanned regions of a slide.
    private static let neither: Set<String> = ["ndpi/test3-DAPI-2-(387).ndpi", "subifd/tiff_with_subifds.tif"]

    @Test("every segmentation is found by its pixels alone, and no image of light is taken for one")
    func confusion() throws {
        let table = try text(Corpus.folder + "/INDEX.tsv").split(whereSeparator: \.isNewline).dropFirst()
        var counts: [String: Int] = [:], wrong: [String] = [], found: Set<String> = []
        for row in table {
            guard let file = row.split(separator: "\t").first.map(String.init), !Self.neither.contains(file),
                let document = try? TiffDocument.open(path: Corpus.folder + "/" + file)
            else { continue }
            for series in document.series {
                guard let content = ContentProbe.content(of: Nameless(series)) else { continue }
                let isLabels = Self.labels.contains(file)
                counts[
                    "\(isLabels ? "labels" : "light") taken for \(content.isLabels ? "labels" : "light")", default: 0] +=
                    1
                if isLabels { found.insert(file) }
                if isLabels != content.isLabels { wrong.append("\(file): \(content)") }
            }
        }
        print("corpus: " + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        #expect(wrong.isEmpty)
        #expect(found == Self.labels)
        #expect(counts["light taken for light", default: 0] > 200)
    }

    private func text(_ path: String) throws -> String {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var bytes: [UInt8] = [], part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &part, part.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<count]
        }
    }

    /// An image stripped of its names, so that only pixels can speak.
    private struct Nameless: ImageSource {
        private let source: any ImageSource
        let description: ImageDescription

        init(_ source: any ImageSource) {
            self.source = source
            var description = source.description
            description.name = nil
            for c in description.channels.indices { description.channels[c].name = nil }
            self.description = description
        }

        func naturalReadShape(level: Int) -> [Int] { source.naturalReadShape(level: level) }
        func makeReader() throws -> any RegionReader { try source.makeReader() }
    }
}

/// The images that all tests share, in place.
private enum Corpus {
    static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/shared/corpus"
    }()

    /// Whether the folder is there; said once where it is not.
    static let isThere: Bool = {
        let found = access(folder + "/INDEX.tsv", R_OK) == 0
        if !found { print("skipped: ../shared is absent, so labels are not looked for in the corpus") }
        return found
    }()
}
