import OMEZarr
import Zarr

/// One level of an image as the pages of a TIFF, cut into cells: boxes of whole tiles that one worker reads at once.
///
/// A cell follows the chunks, strips or tiles of the source, so that few of them are decoded twice: of a volume in cubes
/// it is many planes deep. Blocks of a TIFF may lie in any order, so cells are written as they come.
struct ExportLevel: Sendable {
    /// The number of the level in the source.
    let number: Int
    let format: TiffPageFormat
    let axes: PageAxes
    /// Elements along t, c, z, y, x.
    let extents: [Int]
    /// Elements of a cell along t, c, z, y, x; y and x are multiples of the tile's sides.
    let cell: [Int]

    /// - Parameters:
    ///   - number: the level of the source.
    ///   - mostBytes: of the pixels of a cell, unless a single tile is larger.
    init(
        _ source: any ImageSource, level number: Int, axes: PageAxes, samples: Int, _ options: OMETiffOptions,
        mostBytes: Int
    ) throws {
        let image = source.description, shape = image.levels[number].shape
        self.number = number
        self.axes = axes
        extents = axes.extents(shape)
        let sides = extents.suffix(2).map { min(options.tileSide, ($0 + 15) / 16 * 16) }
        format = try TiffPageFormat(
            width: extents[4], height: extents[3], samplesPerPixel: samples, type: image.type,
            blocks: .tiles(width: sides[1], height: sides[0]), compression: options.compression,
            pixelSize: image.pixelSize(level: number))
        cell = Self.cell(axes.extents(source.naturalReadShape(level: number)), extents, format, mostBytes)
    }

    private static func cell(_ natural: [Int], _ extents: [Int], _ format: TiffPageFormat, _ mostBytes: Int) -> [Int] {
        // The samples of a pixel lie in one page, so a cell has all of one page's and no more.
        let samples = format.samplesPerPixel
        let steps = [1, samples, 1, format.fullBlockHeight, format.blockWidth]
        var cell = zip(zip(natural, extents), steps).map { sizes, step in
            (max(1, min(sizes.0, sizes.1)) + step - 1) / step * step
        }
        if samples > 1 { cell[1] = samples }
        // What is too large loses rows first: they are what strips and tall chunks have most of.
        for axis in [3, 0, 2, 1, 4] {
            let others = cell.enumerated().filter { $0.offset != axis }.map(\.element)
            let fit = mostBytes / max(1, others.saturatingProduct(times: format.type.size)) / steps[axis] * steps[axis]
            cell[axis] = max(steps[axis], min(cell[axis], fit))
        }
        return cell
    }

    /// Samples of a pixel.
    var samples: Int { format.samplesPerPixel }
    /// Pages of the level.
    var pageCount: Int { extents[0] * (extents[1] / samples) * extents[2] }
    /// Tiles of one page.
    var tilesPerPage: Int { format.blocksAcross * format.blocksDown }
    /// Bytes of a whole cell.
    var cellBytes: Int { cell.saturatingProduct(times: format.type.size) }
    /// The most bytes a whole cell becomes.
    var packedBytes: Int {
        cellBytes / max(1, format.blockBytes) * format.compression.bound(format.blockBytes)
    }

    private var cells: [Int] { zip(extents, cell).map { ($0 + $1 - 1) / $1 } }
    /// How many cells there are.
    var cellCount: Int { cells.saturatingProduct() }

    /// What a cell covers, by its number, along t, c, z, y, x.
    func region(ofCell number: Int) -> Region {
        var rest = number, origin = [Int](repeating: 0, count: 5)
        let cells = cells
        for axis in cells.indices.reversed() {
            origin[axis] = rest % cells[axis] * cell[axis]
            rest /= cells[axis]
        }
        return Region(origin: origin, shape: (0..<5).map { min(cell[$0], extents[$0] - origin[$0]) })
    }

    /// The number of a page: z fastest, then channel, then time.
    func page(t: Int, c: Int, z: Int) -> Int { (t * (extents[1] / samples) + c / samples) * extents[2] + z }
}

extension ImageDescription {
    /// Micrometres from one pixel of a level to the next; nil where that is unknown.
    package func pixelSize(level: Int) -> TiffPageFormat.PixelSize? {
        func micrometres(_ name: String) -> Double? {
            guard let axis = axis(name), let unit = axes[axis].unit, let factor = Self.micrometres[unit] else {
                return nil
            }
            let size = factor * levels[level].scale[axis]
            return size > 0 && size.isFinite ? size : nil
        }
        guard let x = micrometres("x"), let y = micrometres("y") else { return nil }
        return .init(x: x, y: y)
    }

    private static let micrometres: [String: Double] = [
        "angstrom": 1e-4, "nanometer": 1e-3, "micrometer": 1, "millimeter": 1e3, "centimeter": 1e4, "meter": 1e6,
    ]
}
