import OMEZarr
import Zarr

/// What part of an image was asked for on the command line.
struct ReadSelection {
    /// A box of a plane, in pixels of the level.
    struct Box: Equatable {
        var x, y, width, height: Int
    }

    var level: Int
    var box: Box?
    var z, t: Int?
    var channels: [Int]?
    /// Says it in place of all others but the level.
    var slice: SliceArgument?

    /// The selection within a level.
    struct Part {
        var region: Region
        /// The axes that were not narrowed to one index, in order: those of the result.
        var keptAxes: [Int]
    }

    /// Finds the region of what is read.
    ///
    /// - Throws: ``UsageError`` that names the axis and its bound where the selection leaves the source.
    func part(of source: ElementSource) throws -> Part {
        if let slice {
            guard box == nil, z == nil, t == nil, channels == nil else {
                throw UsageError("--slice says it all: leave out --region, --z, --c and --t")
            }
            return try slice.part(axes: source.axes, shape: source.shape)
        }
        var part = Part(region: Region(wholeOf: source.shape), keptAxes: Array(source.shape.indices))
        guard (channels?.count ?? 1) == 1 else {
            throw UsageError("several channels can only be shown together in a PNG: choose one, or leave out --c")
        }
        for (name, option, index) in [("t", "--t", t), ("c", "--c", channels?.first), ("z", "--z", z)] {
            guard let index else { continue }
            guard let axis = source.axes.firstIndex(of: name) else {
                // An image without the axis is one plane thick.
                guard index == 0 else { throw UsageError("\(option) \(index): the image has no \(name) axis") }
                continue
            }
            try Self.check(index, option, name, part.region.shape[axis], source.name)
            part.region.origin[axis] = index
            part.region.shape[axis] = 1
            part.keptAxes.removeAll { $0 == axis }
        }
        if let box { try Self.narrow(&part.region, to: box, source) }
        return part
    }

    /// The selection as the renderer takes it, checked like ``part(of:)``.
    func plane(of image: any ImageSource) throws -> PlaneSelection {
        guard slice == nil else {
            throw UsageError("--slice cuts arrays, not pictures: choose npy or raw, or --region, --z, --c and --t")
        }
        let source = try ElementSource(image, level: level)
        var each = self
        for channel in channels ?? [0] {
            each.channels = channels == nil ? nil : [channel]
            _ = try each.part(of: source)
        }
        return PlaneSelection(
            level: level, x: box?.x ?? 0, y: box?.y ?? 0, width: box?.width, height: box?.height, z: z, t: t,
            channels: channels)
    }

    private static func narrow(_ region: inout Region, to box: Box, _ source: ElementSource) throws {
        for (name, origin, extent) in [("x", box.x, box.width), ("y", box.y, box.height)] {
            guard let axis = source.axes.firstIndex(of: name) else {
                throw UsageError("--region: there is no \(name) axis, choose by --slice")
            }
            let bound = region.shape[axis]
            guard origin >= 0, extent > 0, origin < bound, extent <= bound - origin else {
                throw UsageError(
                    "--region leaves the image: \(name) from \(origin), \(extent) pixels, but \(source.name) has "
                        + "\(bound) pixels on the \(name) axis")
            }
            region.origin[axis] = origin
            region.shape[axis] = extent
        }
    }

    private static func check(_ index: Int, _ option: String, _ name: String, _ bound: Int, _ place: String) throws {
        guard (0..<bound).contains(index) else {
            throw UsageError(
                "\(option) \(index) is out of range: the \(name) axis of \(place) has "
                    + choices(bound, ["t": "time point", "c": "channel", "z": "plane"][name] ?? "element"))
        }
    }

    /// `3 levels, 0 to 2`.
    static func choices(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun), number 0" : "\(count) \(noun)s, 0 to \(count - 1)"
    }
}
