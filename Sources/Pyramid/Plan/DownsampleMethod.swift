/// How a block of pixels becomes one pixel of the next level.
public enum DownsampleMethod: String, Sendable, CaseIterable {
    /// The mean of the pixels that exist: integers rounded half to even, floats over the values that are not NaN.
    case mean
    /// The most frequent value; among equally frequent ones the smallest that is not zero. For labels.
    case mode
    /// The first pixel of the block, as striding takes it.
    case nearest

    /// Whether a pixel of a level lies in the middle of the block it stands for, half a block off the first pixel.
    ///
    /// - Source: OME-Zarr 0.6, "multiscales", the note on downsampling; ngff-spec issue 146.
    public var centersPixels: Bool { self != .nearest }
}
