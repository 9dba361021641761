import Dispatch
import OMEZarr
import TiffIngest
import Zarr

/// Writes a scene as an OME-TIFF, a row of tiles at a time on all cores, in memory that does not grow with the image.
struct SampleFile {
    let scene: any SampleScene
    let tileSide: Int
    let compression: TiffPageFormat.Compression
    let threads: Int
    let creator: String

    /// Writes the file.
    ///
    /// - Parameter progress: is told the pixel bytes drawn so far and in all.
    /// - Returns: bytes of the file.
    func write(to path: String, progress: (_ done: Int, _ total: Int) throws -> Void) throws -> Int {
        let image = scene.description
        let format = try pageFormat(of: image)
        let planes = Self.planes(of: image)
        let (bound, overflow) = format.largestSize.multipliedReportingOverflow(by: planes.count)
        let writer = try TiffWriter(path: path, largestSize: overflow ? .max : bound)
        do {
            let workers = try (0..<threads).map { _ in try SampleWorker(scene, format) }
            let planeBytes = format.width * format.height * format.pixelBytes
            for (index, plane) in planes.enumerated() {
                let xml = index == 0 ? try? OMEXMLWriter.document([image], pixels: .tiffPages, creator: creator) : nil
                writer.beginPage(format, description: xml)
                for row in 0..<format.blocksDown {
                    try append(row: row, of: plane, format, workers, to: writer)
                    let rows = min(format.height, (row + 1) * format.fullBlockHeight)
                    try progress(
                        index * planeBytes + rows * format.width * format.pixelBytes, planes.count * planeBytes)
                }
                try writer.endPage()
            }
            return try writer.finish()
        } catch {
            writer.abandon()
            throw error
        }
    }

    private func pageFormat(of image: ImageDescription) throws -> TiffPageFormat {
        let xy = image.axes[image.axis("x") ?? 0].spacing
        return try TiffPageFormat(
            width: image.shape[image.axis("x") ?? 0], height: image.shape[image.axis("y") ?? 0],
            samplesPerPixel: image.isRGB ? 3 : 1, type: image.type,
            blocks: .tiles(width: tileSide, height: tileSide), compression: compression,
            pixelSize: .init(x: xy, y: xy))
    }

    /// z fastest, then channel, then time, as ``OMEXMLWriter/Pixels/tiffPages`` says.
    private static func planes(of image: ImageDescription) -> [Plane] {
        func indices(_ name: String) -> Range<Int> { 0..<(image.axis(name).map { image.shape[$0] } ?? 1) }
        let channels = image.isRGB ? 0..<1 : indices("c")
        return indices("t").flatMap { t in channels.flatMap { c in indices("z").map { Plane(t: t, c: c, z: $0) } } }
    }

    private func append(
        row: Int, of plane: Plane, _ format: TiffPageFormat, _ workers: [SampleWorker], to writer: TiffWriter
    ) throws {
        // Rounds of 8 tiles a worker: enough to even out their cost, little enough to hold.
        let round = workers.count * 8
        for first in stride(from: 0, to: format.blocksAcross, by: round) {
            let columns = first..<min(first + round, format.blocksAcross)
            DispatchQueue.concurrentPerform(iterations: workers.count) { index in
                workers[index].pack(columns, every: workers.count, from: index, row: row, of: plane)
            }
            for column in columns {
                let worker = workers[(column - first) % workers.count]
                try worker.result(column).get().withUnsafeBytes { try writer.append($0) }
            }
        }
    }
}

/// One thread's painter, encoder and packed tiles.
///
/// Safety: a worker is used by one iteration of a parallel loop at a time, and read only after the loop.
private final class SampleWorker: @unchecked Sendable {
    private let painter: any ScenePainter
    private let encoder: TiffBlockEncoder
    private let format: TiffPageFormat
    private let pixels: UnsafeMutableRawBufferPointer
    private var packed = [Int: Result<[UInt8], any Error>]()

    init(_ scene: any SampleScene, _ format: TiffPageFormat) throws {
        painter = scene.makePainter()
        encoder = try TiffBlockEncoder(format)
        self.format = format
        pixels = .allocate(
            byteCount: format.blockWidth * format.fullBlockHeight * format.pixelBytes, alignment: 64)
    }

    deinit { pixels.deallocate() }

    func pack(_ columns: Range<Int>, every step: Int, from start: Int, row: Int, of plane: Plane) {
        packed.removeAll(keepingCapacity: true)
        for column in stride(from: columns.lowerBound + start, to: columns.upperBound, by: step) {
            let tile = Tile(
                x: column * format.blockWidth, y: row * format.fullBlockHeight, width: format.blockWidth,
                height: format.fullBlockHeight)
            // Tiles over the edge are drawn whole: the scene goes on beyond its frame.
            painter.paint(tile, of: plane, into: pixels)
            packed[column] = Result {
                Array(try encoder.encode(UnsafeRawBufferPointer(pixels), rows: format.fullBlockHeight))
            }
        }
    }

    func result(_ column: Int) -> Result<[UInt8], any Error> {
        packed[column] ?? .failure(ZarrError(.invalidCall, "tile \(column) was not drawn"))
    }
}
