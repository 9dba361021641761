public import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One image whose planes along time, channel or depth lie in files of their own, all of one shape.
///
/// Only the first file is looked at before pixels are read; each other one is compared with it when its turn comes.
/// Files are open while they are read, so that a plate of ten thousand files needs no more of them than a worker has.
public struct TiffStack: ImageSource {
    /// Which file holds which planes.
    public struct Grid: Sendable, Hashable {
        let times, channels, depths: Int
        private(set) var paths: [String?]

        /// A grid without files.
        init(times: Int, channels: Int, depths: Int) {
            self.times = times
            self.channels = channels
            self.depths = depths
            paths = [String?](repeating: nil, count: times * channels * depths)
        }

        /// - Throws: ``TiffError`` with code `.invalidCall` where the place has a file already.
        mutating func set(_ path: String, t: Int, c: Int, z: Int) throws {
            let place = (t * channels + c) * depths + z
            if let other = paths[place] {
                throw TiffError(
                    .invalidCall, "is the same plane as \(other): the pattern leaves out what tells them apart",
                    path: path)
            }
            paths[place] = path
        }

        /// How many places have no file.
        var missing: Int { paths.count { $0 == nil } }

        fileprivate func path(t: Int, c: Int, z: Int) -> String? { paths[(t * channels + c) * depths + z] }

        fileprivate func extent(_ axis: String) -> Int {
            switch axis {
            case "t": times
            case "c": channels
            case "z": depths
            default: 1
            }
        }
    }

    /// Axes, the one level, type and channels.
    public let description: ImageDescription
    /// The file that says what the others hold.
    public let firstPath: String
    private let grid: Grid
    /// What each file must hold.
    private let member: ImageDescription
    private let natural: [Int]
    private let memberBytes: Int
    private let fileReaders: Int

    /// - Throws: ``TiffError`` where there is no file, the first is damaged, or it has an axis that the grid counts.
    init(_ grid: Grid, name: String, channelNames: [String]?) throws {
        guard let first = grid.paths.lazy.compactMap(\.self).first else {
            throw TiffError(.invalidCall, "\(name) has no files")
        }
        let image = try Self.image(first)
        firstPath = first
        self.grid = grid
        member = image.description
        natural = image.naturalReadShape(level: 0)
        memberBytes = image.readerBytes(level: 0)
        fileReaders = image.maximumReaders
        description = try Self.description(grid, member, first, name: name, channelNames)
    }

    private static func image(_ path: String) throws -> TiffImage {
        let document = try TiffDocument.open(path: path)
        guard document.series.count == 1, let image = document.series.first else {
            throw TiffError(
                .unsupported, "holds \(document.series.count) images, but each file of a plate must hold one",
                path: path)
        }
        return image
    }

    private static func description(
        _ grid: Grid, _ member: ImageDescription, _ path: String, name: String, _ channelNames: [String]?
    ) throws -> ImageDescription {
        var axes: [Axis] = [], shape: [Int] = [], channels = member.channels
        for axis in ["t", "c", "z", "y", "x"] {
            let own = member.axis(axis), extent = grid.extent(axis)
            guard own == nil || extent == 1 || member.shape[own ?? 0] == 1 else {
                throw TiffError(
                    .unsupported,
                    "has a \(axis) axis of \(member.shape[own ?? 0]) itself, and the pattern finds \(extent) files along it",
                    path: path)
            }
            if let own {
                axes.append(member.axes[own])
                shape.append(max(member.shape[own], extent))
            } else if extent > 1 || axis == "c" && channelNames != nil {
                axes.append(axis == "t" ? .t() : axis == "c" ? .c : .space(axis))
                shape.append(extent)
            }
        }
        if grid.channels > 1 || channelNames != nil {
            let only = member.channels.first ?? Channel()
            channels = (0..<grid.channels).map { index in
                var channel = only
                // What one file says of its channel is not true of the others.
                if grid.channels > 1 { (channel.name, channel.color) = (nil, nil) }
                if let channelNames { channel.name = channelNames[index] }
                return channel
            }
        }
        guard Product.of(shape + [member.type.size]) != nil else {
            throw TiffError(.damaged, "claims more pixels than 63 bits can count", path: path)
        }
        return ImageDescription(
            name: name, axes: axes, shape: shape, type: member.type, channels: channels, isRGB: member.isRGB)
    }

    /// That of the first file.
    public func naturalReadShape(level: Int) -> [Int] {
        description.axes.map { axis in member.axis(axis.name).map { natural[$0] } ?? 1 }
    }

    /// What the reader of a file takes.
    public func readerBytes(level: Int) -> Int { memberBytes }

    /// As many as a file can have.
    public var maximumReaders: Int { fileReaders }

    /// The sizes and times of all files, in a word.
    public var identity: String {
        get throws {
            var text = ""
            for path in grid.paths {
                var status = stat()
                guard let path, stat(path, &status) == 0 else {
                    text += "-;"
                    continue
                }
                #if canImport(Glibc)
                    let time = status.st_mtim
                #else
                    let time = status.st_mtimespec
                #endif
                text += "\(status.st_size),\(time.tv_sec),\(time.tv_nsec);"
            }
            let digest = Array(text.utf8).withUnsafeBytes { CRC32C.checksum($0) }
            return "\(grid.paths.count) files, " + String(digest, radix: 16)
        }
    }

    /// A reader for one worker.
    public func makeReader() throws -> any RegionReader { Reader(self) }
}

extension TiffStack {
    private final class Reader: RegionReader {
        private let stack: TiffStack
        /// The file read last: a brick is read plane by plane, and bricks that follow lie beside it.
        private var current: (path: String, reader: any RegionReader)?

        init(_ stack: TiffStack) { self.stack = stack }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            guard level == 0, region.lies(within: stack.description.shape) else {
                throw TiffError(
                    .invalidCall, "the region from \(region.origin) of shape \(region.shape) leaves the stack")
            }
            let axes = stack.description.axes
            // The axes along which there are files; the others lie within each.
            let stacked = axes.indices.filter { stack.grid.extent(axes[$0].name) > 1 }
            for index in Self.indices(stacked.map { region.shape[$0] }) {
                var part = Region(wholeOf: region.shape), plane = ["t": 0, "c": 0, "z": 0]
                for (axis, offset) in zip(stacked, index) {
                    part.origin[axis] = offset
                    part.shape[axis] = 1
                    plane[axes[axis].name] = region.origin[axis] + offset
                }
                let path = stack.grid.path(t: plane["t"] ?? 0, c: plane["c"] ?? 0, z: plane["z"] ?? 0)
                try read(path, region, stacked, into: pixels.subview(part))
            }
        }

        private func read(_ path: String?, _ region: Region, _ stacked: [Int], into pixels: StridedPixels) throws {
            guard let path else {
                return pixels.fill(with: [UInt8](repeating: 0, count: pixels.type.size))
            }
            // Safety: the view keeps the axes the file has; the others have one element.
            let axes = stack.description.axes
            let own = axes.indices.filter { stack.member.axis(axes[$0].name) != nil }
            let place = Region(
                origin: own.map { stacked.contains($0) ? 0 : region.origin[$0] }, shape: own.map { pixels.shape[$0] })
            try reader(of: path).read(place, level: 0, into: pixels.permuted(own))
        }

        private func reader(of path: String) throws -> any RegionReader {
            if let current, current.path == path { return current.reader }
            let image = try TiffStack.image(path)
            let own = image.description, wanted = stack.member
            guard own.axes.map(\.name) == wanted.axes.map(\.name), own.shape == wanted.shape, own.type == wanted.type
            else {
                throw TiffError(
                    .unsupported,
                    "holds \(own.shape) \(own.type), the first file of its field \(wanted.shape) \(wanted.type): the "
                        + "planes of an image must be alike", path: path)
            }
            let reader = try image.makeReader()
            current = (path, reader)
            return reader
        }

        /// All indices into a shape, the last axis fastest.
        private static func indices(_ shape: [Int]) -> [[Int]] {
            shape.reduce([[]]) { heads, extent in heads.flatMap { head in (0..<extent).map { head + [$0] } } }
        }
    }
}
