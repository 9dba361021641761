public import OMEZarr
import Zarr

/// Images on their way into one OME-TIFF: tiled pages in the order z, channel, time, with the levels of each page as its
/// SubIFDs.
///
/// Workers read cells of many tiles, pack them, and store them in order, so that the same images, options and version give
/// the same bytes whatever the number of threads. Directories come behind the tiles of their image. The plan is made by
/// the initialiser; nothing is written before ``write(to:progress:)``.
///
/// - Source: OME-TIFF specification 6.0 with pyramids, docs.openmicroscopy.org; TIFF 6.0; BigTIFF design.
public struct OMETiffExport: Sendable {
    /// Which images of an input are exported.
    public struct Positions: Sendable, Hashable {
        /// Their numbers, from 0.
        public var numbers: [Int]
        /// How many images the input has.
        public var total: Int

        /// The images with these numbers of `total`.
        public init(_ numbers: [Int], of total: Int) {
            self.numbers = numbers
            self.total = total
        }
    }

    /// Threads that will work at once: as many as were asked for and memory allows.
    public let threads: Int
    /// A bound on the bytes of the file, by which classic TIFF or BigTIFF is chosen.
    public let largestSize: Int
    /// The text of the first page's ImageDescription.
    public let omeXML: String
    /// What is not kept and why, one sentence each.
    public let warnings: [String]

    private let images: [ExportImage]
    private let options: OMETiffOptions

    /// Plans an export.
    ///
    /// - Parameters:
    ///   - sources: the images, in the order in which the file will have them; at least one.
    ///   - source: the OME-XML they came with. It is kept to the letter but for where the pixels lie. Where there is none,
    ///     or it describes other images, or says other things of them, OME-XML is written anew.
    ///     Images of it that are not exported are left out.
    ///   - positions: which images of the input these are; all where nil.
    ///   - plate: the plate whose fields they are, by their numbers; nil where they are of none.
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where OME-TIFF has no words for an image, `.limitExceeded` where
    ///   memory does not suffice, `.invalidCall` where there are no images; ``ZarrError`` with code `.invalidCall` where
    ///   tiles or compression do not suit the pixels.
    public init(
        _ sources: [any ImageSource], _ options: OMETiffOptions, omeXML source: [UInt8]? = nil,
        positions: Positions? = nil, plate: Plate? = nil
    ) throws {
        guard !sources.isEmpty else { throw OMEZarrError(.invalidCall, "there are no images to export") }
        for source in sources { try ExportImage.check(source.description) }
        let text = try ExportText(
            sources.map(\.description), source: source,
            positions: positions ?? Positions(Array(sources.indices), of: sources.count), plate: plate,
            creator: options.software)
        images = try zip(sources, text.samples).map { source, samples in
            try ExportImage(
                source, samples: samples, options, mostCellBytes: min(Self.mostCellBytes, options.memory / 8))
        }
        omeXML = text.omeXML
        warnings = text.warnings + images.compactMap(\.warning)
        self.options = options
        largestSize = images.reduce(omeXML.utf8.count) { $0.saturatingAdding($1.largestSize) }
        threads = try Self.threads(images, xmlBytes: omeXML.utf8.count, options)
    }

    /// How many levels of an image an OME-TIFF can have, from the finest on: those that are smaller only across and down,
    /// by whole factors.
    ///
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where an axis has no place in an OME-TIFF.
    public static func usableLevels(of image: ImageDescription) throws -> Int {
        ExportImage.usableLevels(image, try PageAxes(image))
    }

    /// Whether the file is a BigTIFF.
    public var isBigTIFF: Bool { TiffWriter.needsBigTIFF(largestSize) }
    /// Bytes of the pixels of all levels of all images.
    public var pixelBytes: Int { images.reduce(0) { $0.saturatingAdding($1.pixelBytes) } }
    /// Levels of each image.
    public var levelCounts: [Int] { images.map(\.levels.count) }

    /// Writes the file; it appears under its name when it is complete.
    ///
    /// - Parameter progress: told bytes of pixels written so far, of ``pixelBytes``; by one thread at a time. What it
    ///   throws ends the export.
    /// - Returns: bytes of the file.
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the file cannot be written; what readers of the images throw.
    public func write(to path: String, progress: @escaping @Sendable (Int) throws -> Void) throws -> Int {
        let writer = try TiffWriter(path: path, largestSize: largestSize, software: options.software)
        do {
            let pool = WorkerPool(threads: threads)
            var done = 0
            for (number, image) in images.enumerated() {
                let before = done
                let run = ExportRun(image, writer, pool) { try progress(before + $0) }
                try run.finish(description: number == 0 ? omeXML : nil)
                done += image.pixelBytes
            }
            return try writer.finish()
        } catch {
            writer.abandon()
            throw error
        }
    }

    // Cells of a volume in cubes of 64 or 128 pixels and 16 bits fit whole; more would only take memory.
    private static let mostCellBytes = 64 << 20

    /// - Throws: ``OMEZarrError`` with code `.limitExceeded` where not even one worker fits.
    private static func threads(_ images: [ExportImage], xmlBytes: Int, _ options: OMETiffOptions) throws -> Int {
        let tables = images.map(\.tableBytes).max() ?? 0
        // The XML as text, in its directory, and on its way to the file; a MiB of the file waits to be written.
        let fixed = tables.saturatingAdding(3 * xmlBytes).saturatingAdding(2 << 20)
        let worker = images.map(\.workerBytes).max() ?? 0
        let fitting = max(0, options.memory - fixed) / max(1, worker)
        guard fitting > 0 else {
            let needed = fixed.saturatingAdding(worker)
            throw OMEZarrError(
                .limitExceeded,
                "the export needs \(needed / 1_000_000 + 1) MB of memory, and \(options.memory / 1_000_000) MB are "
                    + "allowed: allow more, or choose "
                    + (tables > worker ? "larger tiles, which need smaller tables" : "smaller tiles"))
        }
        let cells = images.flatMap(\.levels).map(\.cellCount).max() ?? 1
        return max(1, min(options.threads, fitting, cells))
    }
}
