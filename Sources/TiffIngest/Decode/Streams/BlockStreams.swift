/// The blocks one reader is in the midst of decoding, each where its last call left it.
///
/// A brick of a stack takes a few rows of each of its planes: without the state of all of them every brick would begin
/// every plane anew. Belongs to one worker.
final class BlockStreams {
    private struct Key: Hashable {
        var path: String
        var directory: Int
        var block: Int
    }
    private var streams: [Key: (stream: BlockStream, lastUse: Int)] = [:]
    private var uses = 0
    private let band = Scratch()
    private let predictorRow = Scratch()

    /// 128: twice the planes of a brick, and no more files than a ``FileSet`` keeps open.
    private static let mostStreams = 128
    /// Streams with large windows are fewer, and one at least.
    private static let mostBytes = 64 << 20

    /// How many blocks may be under way where each takes so many bytes.
    static func capacity(_ stateBytes: Int) -> Int { max(1, min(mostStreams, mostBytes / max(1, stateBytes))) }

    /// Reads rows of a block, handed on in bands: see ``BlockStream/read(_:through:_:_:)``.
    func read(
        _ rows: Range<Int>, _ page: Page, _ file: TiffFile, block: Int,
        _ body: (UnsafeMutableRawPointer, _ first: Int, _ count: Int) -> Void
    ) throws {
        let key = Key(path: file.path, directory: page.directory, block: block)
        // Taken out while in use: a stream that fails is not used again.
        let stream = try streams.removeValue(forKey: key)?.stream ?? BlockStream(page, file, block: block)
        try stream.read(rows, through: band, predictorRow, body)
        // A block read to its end will hardly be asked for again.
        if stream.row == page.layout.blockHeight || stream.row == page.layout.height { return }
        while streams.count >= Self.capacity(stream.stateBytes),
            let oldest = streams.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            streams[oldest.key] = nil
        }
        uses += 1
        streams[key] = (stream, uses)
    }
}
