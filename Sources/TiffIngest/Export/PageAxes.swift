import OMEZarr
import Zarr

/// Five numbers or ranges for t, c, z, y, x, whichever of these axes the image has and in which order.
struct PageAxes: Sendable, Hashable {
    static let names = ["t", "c", "z", "y", "x"]
    /// The image's axis for each of the five; nil where it has none.
    private let places: [Int?]
    private let rank: Int

    /// - Throws: ``OMEZarrError`` with code `.unsupported` where an axis has no place in an OME-TIFF.
    init(_ image: ImageDescription) throws {
        for axis in image.axes where !Self.names.contains(axis.name) {
            throw OMEZarrError(
                .unsupported,
                "an OME-TIFF has no axis \"\(axis.name)\", only t, c, z, y and x: rename it, or choose one index of it "
                    + "with 'ome-zarr read'")
        }
        guard image.axis("y") != nil, image.axis("x") != nil else {
            throw OMEZarrError(.unsupported, "an OME-TIFF holds planes, but the image has no axes y and x")
        }
        places = Self.names.map { image.axis($0) }
        rank = image.axes.count
    }

    /// Extents along t, c, z, y, x from those along the image's axes.
    func extents(_ shape: [Int]) -> [Int] { places.map { $0.map { shape[$0] } ?? 1 } }

    /// What belongs to the image's axes, of five values for t, c, z, y, x.
    func own(_ values: [Int]) -> [Int] {
        var own = [Int](repeating: 0, count: rank)
        for (place, value) in zip(places, values) {
            if let place { own[place] = value }
        }
        return own
    }
}
