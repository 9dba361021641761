public import OMEZarr
import Zarr

/// Tells segmentations from images of light, by what the file says and by a look at some of its pixels.
///
/// A segmentation is flat: nearly all neighbours are equal, and where two regions meet the value jumps once. Light comes
/// with noise and blur: values change from pixel to pixel, and borders are slopes. So what tells them apart is how often
/// a pixel differs from *both* its neighbours where anything changes at all. Of the label images of the corpus at most 4 %
/// of these places do, of the images of light at least 15 %, saturated, dark and compressed ones included (measured over
/// 130 files of ../shared/corpus; `ContentProbeTests` prints the table).
public enum ContentProbe {
    /// Decoded bytes the whole look may cost.
    private static let budget = 16 << 20
    /// Beyond this not even one window is worth its block.
    private static let largestCost = 256 << 20
    private static let windowSide = 128

    /// What an image holds; nil where the question does not arise: floats, photographs, several channels, and
    /// images of which no pixel could be read.
    ///
    /// - Parameter fileName: what the file is called, whose words count like those of the image's name.
    public static func content(of source: any ImageSource, fileName: String? = nil) -> ImageContent? {
        let image = source.description
        if image.isLabels { return ImageContent(isLabels: true, reason: "as the file says") }
        guard image.type.isInteger, !image.isRGB, image.shape.count >= 2, image.shape.allSatisfy({ $0 > 0 }) else {
            return nil
        }
        let names = [image.name, image.channels.first?.name, fileName].compactMap { $0 }
        let hint = names.lazy.compactMap(Self.hint).first
        guard image.channelCount == 1, let counts = look(at: source) else { return hint.map(unread) }
        return verdict(counts, hint: hint)
    }

    /// What counts say.
    ///
    /// - Parameter hint: the word of a name that speaks of labels.
    static func verdict(_ counts: NeighborCounts, hint: String?) -> ImageContent {
        // A few borders are no evidence: an image that is nearly empty may be either.
        guard counts.turns >= 32 else {
            return ImageContent(
                isLabels: hint != nil,
                reason: hint.map { "as its name says (\($0)); its pixels say nothing" }
                    ?? "since samples of the pixels are all but uniform")
        }
        let equal = Double(counts.equalPairs) / Double(max(counts.pairs, 1))
        let double = Double(counts.doubleTurns) / Double(counts.turns)
        // Light that rises from 0 to 1 rises on to 2 and 3 as often, or nearly; a mask of 0 and 1 does not.
        let closePairs = counts.closePairs + min(counts.zeroSteps, counts.closePairs)
        let close = Double(closePairs) / Double(max(counts.pairs - counts.equalPairs, 1))
        let isFlat = equal >= 0.6 && double <= 0.05 && close <= 0.8
        let isNearlyFlat = equal >= 0.5 && double <= 0.12
        if isFlat {
            return ImageContent(
                isLabels: true, reason: "since samples of the pixels are flat regions with sharp borders",
                doubt: hint == nil
                    ? "the image is taken for labels, because samples of its pixels are flat regions with sharp borders; if "
                        + "they are intensities, add --kind intensities" : nil)
        }
        if let hint, isNearlyFlat {
            return ImageContent(isLabels: true, reason: "as its name says (\(hint)) and its pixels do not deny")
        }
        return ImageContent(
            isLabels: false, reason: "since samples of the pixels vary like light",
            doubt: hint != nil || isNearlyFlat
                ? (hint.map { "a name of the image says \"\($0)\"" } ?? "the image has flat regions")
                    + ", but its values vary like light and are averaged; if they name objects, add --kind labels" : nil
        )
    }

    private static func unread(_ hint: String) -> ImageContent {
        ImageContent(
            isLabels: false, reason: "since only a name speaks of labels",
            doubt:
                "a name of the image says \"\(hint)\", but it has several channels or its pixels could not be looked at, "
                + "and they are averaged; if they name objects, add --kind labels")
    }

    /// The first word of a name that speaks of labels, in lower case; nil where there is none.
    static func hint(_ name: String) -> String? {
        let words = name.lowercased().split { !$0.isLetter }
        return words.lazy.map(String.init).first { hints.contains($0) }
    }

    private static let hints: Set<String> = [
        "label", "labels", "labeled", "labelled", "labelmap", "mask", "masks", "segmentation", "segmentations",
        "segmented",
    ]

    // MARK: Looking

    /// Counts over some windows; nil where none could be read.
    private static func look(at source: any ImageSource) -> NeighborCounts? {
        let image = source.description, natural = source.naturalReadShape(level: 0)
        let rank = image.shape.count
        let window = [Int](repeating: 1, count: rank - 2) + [windowSide, windowSide]
        let cost = SampleGrid.cost(window, natural: natural, of: image)
        guard cost <= largestCost, let reader = try? source.makeReader() else { return nil }
        let grid = SampleGrid(
            SampleGrid.reach(of: source, budget: budget), window: window,
            alignment: natural.map { $0 <= windowSide ? $0 : 1 },
            most: max(1, min(64, budget / max(cost, 1))))
        var counts: NeighborCounts?
        for (number, region) in grid.regions.enumerated() {
            var pixels = PixelBuffer(shape: region.shape, type: .pixel(image.type))
            // What cannot be read is no evidence; the conversion will meet it and say what is wrong.
            guard (try? pixels.withPixels { try reader.read(region, level: 0, into: $0) }) != nil else { continue }
            counts = counts ?? NeighborCounts()
            pixels.withPixels { view in
                let plane = StridedPixels(
                    base: view.base, shape: Array(view.shape.suffix(2)), strides: Array(view.strides.suffix(2)),
                    type: view.type)
                counts? += NeighborKernel.run(plane, image.type)
            }
            // Noise shows at once; only what may be flat is worth a longer look.
            if number >= 3, let counts, counts.turns >= 1024, counts.doubleTurns * 5 > counts.turns { break }
        }
        return counts
    }
}
