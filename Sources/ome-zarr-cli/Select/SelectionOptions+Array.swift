import OMEZarr
import Zarr

extension SelectionOptions {
    /// The box of a plain array that was asked for.
    ///
    /// - Throws: ``UsageError`` where the array has no such part, or it is no box.
    func part(ofArray array: ZarrArray) throws -> Region {
        let image = try ZarrArrayImage(array, in: [:], named: "")
        guard let part = try self.part(of: image) as? ImageSelection else {
            return Region(wholeOf: array.metadata.shape)
        }
        var box = part.box
        if let channels = part.channels, let axis = image.description.axes.firstIndex(where: { $0.kind == .channel }) {
            let first = channels[0]
            guard channels == Array(first..<first + channels.count) else {
                throw UsageError(
                    "an array stays in its order: --c \(c ?? "") must be channels that follow one another, such as 0,1,2"
                )
            }
            (box.origin[axis], box.shape[axis]) = (first, channels.count)
        }
        var own = box
        for (axis, place) in image.arrayAxes.enumerated() {
            (own.origin[place], own.shape[place]) = (box.origin[axis], box.shape[axis])
        }
        return own
    }
}
