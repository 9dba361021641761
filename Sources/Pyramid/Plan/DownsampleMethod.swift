/// How a block of pixels becomes one pixel of the next level.
///
/// Blocks at the edge of an image are cut: only pixels that exist count. Of floats, NaN does not count either; a block of
/// nothing else becomes NaN.
public enum DownsampleMethod: String, Sendable, CaseIterable {
    /// The mean: integers rounded half to even, floats computed in double precision and rounded once.
    case mean
    /// The value in the middle of the sorted pixels; of an even number the lower of the two, so that every value of a
    /// level is one of the image.
    case median
    /// The most frequent value; among equally frequent ones the smallest that is not zero. For labels.
    case mode
    /// The smallest value.
    case min
    /// The largest value.
    case max
    /// The first pixel of the block, as striding takes it, whatever it is.
    case nearest

    /// Whether a pixel of a level lies in the middle of the block it stands for, half a block off the first pixel.
    ///
    /// - Source: OME-Zarr 0.6, "multiscales", the note on downsampling; ngff-spec issue 146.
    public var centersPixels: Bool { self != .nearest }
}
