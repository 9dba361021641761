import OMEZarr
import Zarr

extension ImageDescription {
    /// More bytes than any file system holds, and few enough that no sum over levels or series overflows.
    private static let largestImage = 1 << 58

    /// Checks what planning relies on: axes in the order OME-Zarr demands, pixels on every axis, a size that can be added.
    ///
    /// - Throws: ``PyramidError`` with code `.unsupportedImage`.
    /// - Source: OME-Zarr 0.4 and 0.5, "axes": time, then channel or a custom axis, then two or three of space.
    func checkConvertible() throws {
        let names = axes.map { axis -> String in
            guard case .custom(let kind) = axis.kind else { return axis.name }
            return "\(axis.name) (\(kind ?? "of no type"))"
        }.joined(separator: ", ")
        var kinds = axes.map(\.kind)[...]
        if kinds.first == .time { kinds.removeFirst() }
        if let kind = kinds.first, kind != .time, kind != .space { kinds.removeFirst() }
        guard (2...3).contains(kinds.count), kinds.allSatisfy({ $0 == .space }) else {
            throw PyramidError(
                .unsupportedImage,
                "an image with the axes \(names) cannot become an OME-Zarr: it needs time, channel, then two or three "
                    + "axes of space, in this order; reorder them and say in the metadata what each is")
        }
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw PyramidError(
                .unsupportedImage,
                "the image is empty: it has \(shape.map(String.init).joined(separator: " x ")) pixels")
        }
        guard shape.saturatingProduct(times: type.size) <= Self.largestImage else {
            throw PyramidError(
                .unsupportedImage,
                "the image claims \(shape.map(String.init).joined(separator: " x ")) pixels, more than any disk holds: "
                    + "the file is damaged")
        }
    }
}
