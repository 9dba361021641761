import OMEZarr

/// A picture of which any tile of any plane can be drawn on its own, the same on every machine.
protocol SampleScene: Sendable {
    /// What the image is. Its axes are those of `[t, c, z, y, x]` that it has.
    var description: ImageDescription { get }

    /// Makes something that draws tiles; one for each worker.
    func makePainter() -> any ScenePainter
}

/// Draws tiles of one scene. Keeps scratch memory; belongs to one thread at a time.
protocol ScenePainter: AnyObject {
    /// Draws the pixels of a tile of one plane, `[y, x]` or `[y, x, sample]`, contiguous.
    func paint(_ tile: Tile, of plane: Plane, into pixels: UnsafeMutableRawBufferPointer)
}

/// How large a sample is and what it starts from.
struct SampleSize: Sendable, Hashable {
    var seed: UInt64
    var timepoints, channels, planes, height, width: Int

    /// The axes and extents of an image of this size; axes of extent 1 other than y and x are left out.
    func axes(xy: Double, z: Double, seconds: Double, keepsChannels: Bool) -> (axes: [Axis], shape: [Int]) {
        var axes = [Axis](), shape = [Int]()
        func add(_ axis: Axis, _ extent: Int, always: Bool = false) {
            guard extent > 1 || always else { return }
            axes.append(axis)
            shape.append(extent)
        }
        add(.t(unit: "second", spacing: seconds), timepoints)
        add(.c, channels, always: keepsChannels)
        add(.space("z", unit: "micrometer", spacing: z), planes)
        add(.space("y", unit: "micrometer", spacing: xy), height, always: true)
        add(.space("x", unit: "micrometer", spacing: xy), width, always: true)
        return (axes, shape)
    }
}
