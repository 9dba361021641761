import OMEZarr
import Zarr

/// The writing of one image: the one concurrent place of an export.
///
/// Safety: a packer is used by one worker at a time; the writer, the tables and the count of bytes only by whoever is in
/// the turnstile, and by the caller when all workers have returned.
final class ExportRun: @unchecked Sendable {
    private let image: ExportImage
    private let writer: TiffWriter
    private let pool: WorkerPool
    private let progress: @Sendable (Int) throws -> Void
    private var tables = [TileTable]()
    private var done = 0

    init(
        _ image: ExportImage, _ writer: TiffWriter, _ pool: WorkerPool,
        _ progress: @escaping @Sendable (Int) throws -> Void
    ) {
        self.image = image
        self.writer = writer
        self.pool = pool
        self.progress = progress
    }

    /// Writes the tiles of all levels, then the directories.
    ///
    /// - Parameter description: text for the first page.
    func finish(description: String?) throws {
        for level in image.levels { try writeTiles(of: level) }
        let levels = image.levels
        for number in 0..<image.pageCount {
            for (level, table) in zip(levels, tables) {
                var page = table.page(number, level.format)
                if level.number == 0 {
                    page.levels = levels.count - 1
                    page.description = number == 0 ? description : nil
                }
                try writer.add(page)
            }
        }
    }

    private func writeTiles(of level: ExportLevel) throws {
        let number = tables.count
        tables.append(TileTable(level))
        let packers = try (0..<pool.size).map { _ in Confined(try CellPacker(image.source, level)) }
        let turnstile = Turnstile()
        try pool.run(level.cellCount) { [self] cell, worker in
            let packer = packers[worker].value
            do {
                let bytes = try packer.pack(cell)
                try turnstile.pass(cell) {
                    try store(packer, number)
                    done += bytes
                    try progress(done)
                }
            } catch {
                turnstile.fail(cell)
                throw error
            }
        }
    }

    private func store(_ packer: CellPacker, _ level: Int) throws {
        for tile in packer.tiles {
            let offset = try writer.store(UnsafeRawBufferPointer(rebasing: packer.packed.bytes[tile.bytes]))
            tables[level].set(tile.index, offset: offset, count: tile.bytes.count)
        }
    }
}

/// Something that one worker uses at a time.
///
/// Safety: whoever takes it out vouches for that.
private struct Confined<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
