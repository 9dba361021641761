import ArgumentParser
import OMEZarr
import Zarr

/// Which part of an image is taken.
struct SelectionOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Take only a box of each plane, in pixels of the full resolution. It stays where it lay: its origin becomes "
                + "the translation of the result.", valueName: "x,y,width,height"))
    var region: RegionArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Take only these planes: 10:20 is 10 to 19, 5 one alone.", valueName: "range"))
    var z: RangeArgument?

    @Option(parsing: .unconditional, help: ArgumentHelp("Take only these time points.", valueName: "range"))
    var t: RangeArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Take only these channels, in this order, by index or name: 0,2 or DAPI,GFP.", valueName: "channels"))
    var c: String?

    /// True where everything is taken.
    var isEmpty: Bool { region == nil && z == nil && t == nil && c == nil }

    /// True where planes of an image may be left out.
    var choosesPlanes: Bool { z != nil || t != nil || c != nil }

    /// The part of an image that was asked for; the image itself where nothing was.
    ///
    /// - Throws: ``UsageError`` where the image has no such part.
    func part(of image: any ImageSource) throws -> any ImageSource {
        guard !isEmpty else { return image }
        return try UsageError.saying {
            let channels = try c.map { try $0.split(separator: ",").map { try image.description.channel(String($0)) } }
            return try ImageSelection(image, ranges: ranges(of: image.description), channels: channels)
        }
    }

    /// The same part of labels that belong to the image: axes of which they have one element are left alone.
    func part(ofLabels labels: any ImageSource, of image: ImageDescription) throws -> any ImageSource {
        guard !isEmpty else { return labels }
        let own = labels.description
        let ranges = ranges(of: image).filter { name, _ in own.axis(name).map { own.shape[$0] > 1 } ?? false }
        let channels =
            own.channelCount > 1
            ? try c.map { try $0.split(separator: ",").map { try image.channel(String($0)) } } : nil
        return try UsageError.saying { try ImageSelection(labels, ranges: ranges, channels: channels) }
    }

    private func ranges(of image: ImageDescription) -> [String: Range<Int>] {
        func extent(_ name: String) -> Int { image.axis(name).map { image.shape[$0] } ?? 1 }
        var ranges: [String: Range<Int>] = [:]
        ranges["z"] = z?.range(extent: extent("z"))
        ranges["t"] = t?.range(extent: extent("t"))
        if let box = region?.box {
            ranges["x"] = Self.range(box.x, box.width)
            ranges["y"] = Self.range(box.y, box.height)
        }
        return ranges
    }

    func validate() throws {
        guard let box = region?.box else { return }
        for (name, origin, extent) in [("x", box.x, box.width), ("y", box.y, box.height)] {
            guard origin >= 0, extent > 0, !origin.addingReportingOverflow(extent).overflow else {
                throw ValidationError(
                    "--region is x,y,width,height: \(name) begins at \(origin) and has \(extent) pixels, which cannot be"
                )
            }
        }
    }

    private static func range(_ origin: Int, _ extent: Int) -> Range<Int> { origin..<origin + extent }
}

extension UsageError {
    /// Runs `body` and makes what it says of an impossible call an error of usage.
    static func saying<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as OMEZarrError where error.code == .invalidCall {
            throw UsageError(error.message)
        }
    }
}
