import OMEZarr
import Zarr

/// Which pixels of which level a request asks for, and in which form:
///
/// | parameter | means | without it |
/// |---|---|---|
/// | `level=2` | the level, 0 is the finest | 0 |
/// | `x=100:612`, `z=5`, `c=0:2` | from the first to before the last index of an axis by its name, in pixels of the level; or one index, which keeps the axis | the whole axis |
/// | `format=npy` | `npy`, `raw`, `tiff` or `png` | what `Accept` asks for, else `npy` |
package struct RegionQuery: Sendable, Hashable {
    /// How pixels are sent.
    package enum Format: String, Sendable, CaseIterable {
        case npy, raw, tiff, png

        var mediaType: String {
            switch self {
            case .npy: "application/x-npy"
            case .raw: "application/octet-stream"
            case .tiff: "image/tiff"
            case .png: "image/png"
            }
        }
    }

    package let level: Int
    package let region: Region
    package let format: Format

    /// Bytes of pixels sent at once.
    private static let byteLimit = 128 << 20

    /// - Throws: ``ServiceError`` with status 400 where a parameter is malformed or leaves the image.
    package init(_ query: RequestQuery, accept: String?, of image: ImageDescription) throws {
        level = try StyleQuery.index(query, .level, image.levels.count) ?? 0
        let shape = image.levels[level].shape
        var region = Region(wholeOf: shape)
        for (axis, extent) in zip(image.axes.indices, shape) {
            let name = image.axes[axis].name
            guard let text = query[axis: name], !text.isEmpty else { continue }
            let range = try Self.range(text, name, extent: extent)
            region.origin[axis] = range.lowerBound
            region.shape[axis] = range.count
        }
        // What the image lacks has one index, as everywhere.
        for name in ["t", "c", "z"] where image.axis(name) == nil {
            if let text = query[axis: name], !text.isEmpty { _ = try Self.range(text, name, extent: 1) }
        }
        guard region.shape.saturatingProduct(times: image.type.size) <= Self.byteLimit else {
            throw ServiceError(
                .badRequest, "too-large",
                "the region has more than \(Self.byteLimit >> 20) MiB of pixels: ask for less of some axis, or for a "
                    + "coarser level")
        }
        self.region = region
        format = try Self.format(query[.format], accept)
    }

    private static func range(_ text: String, _ name: String, extent: Int) throws -> Range<Int> {
        let sides = text.split(separator: ":", omittingEmptySubsequences: false)
        let first = sides[0].isEmpty && sides.count == 2 ? 0 : Int(sides[0])
        let end = sides.count == 1 ? first.map { $0 &+ 1 } : sides[1].isEmpty ? extent : Int(sides[1])
        guard sides.count <= 2, let first, let end, first >= 0, first < end, end <= extent else {
            throw ServiceError(
                .badRequest, "parameter",
                "\(name)=\(text.prefix(64)) cannot be read: use first:end with 0 <= first < end <= \(extent), or one index"
            )
        }
        return first..<end
    }

    private static func format(_ name: String?, _ accept: String?) throws -> Format {
        if let name, !name.isEmpty {
            guard let format = Format(rawValue: name == "tif" ? "tiff" : name) else {
                throw ServiceError(
                    .badRequest, "format", "format=\(name.prefix(64)) is not made: use npy, raw, tiff or png")
            }
            return format
        }
        let accepted = accept ?? ""
        return [Format.npy, .tiff, .png, .raw].first { accepted.contains($0.mediaType) } ?? .npy
    }
}
