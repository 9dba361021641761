/// The stored bytes of one block, fetched a piece at a time from front to back. Belongs to one worker.
package final class StoredInput {
    private let file: TiffFile
    private let end: Int
    private let isBitReversed: Bool
    private let pieceBytes: Int
    private let buffer = Scratch()
    /// Where the next piece lies in the file.
    private var place: Int
    private var unread = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Large enough for the disk, small enough that a hundred of them are nothing.
    package static let pieceBytes = 64 << 10

    /// - Parameters:
    ///   - range: of the file; cut where the file ends.
    ///   - isBitReversed: whether the bits of each byte are in reverse (FillOrder 2).
    ///   - pieceBytes: bytes that are read at once; at least 2, the mark of old LZW.
    package init(
        _ file: TiffFile, _ range: Range<Int>, isBitReversed: Bool, pieceBytes: Int = StoredInput.pieceBytes
    ) {
        self.file = file
        self.isBitReversed = isBitReversed
        self.pieceBytes = max(2, pieceBytes)
        place = min(range.lowerBound, file.size)
        end = min(range.upperBound, file.size)
    }

    /// The bytes that were fetched and not yet taken, the next piece where there are none; empty at the end.
    ///
    /// Valid until the next call.
    func bytes() throws -> UnsafeRawBufferPointer {
        guard unread.isEmpty, place < end else { return unread }
        let piece = buffer.bytes(min(pieceBytes, end - place))
        // Safety: the scratch has as many bytes as are read, and a base address.
        if let base = piece.baseAddress { try file.read(piece.count, at: place, into: base) }
        if isBitReversed { BitOrder.reverse(piece) }
        place += piece.count
        unread = UnsafeRawBufferPointer(piece)
        return unread
    }

    /// Says that so many of ``bytes()`` are done with.
    func take(_ count: Int) { unread = UnsafeRawBufferPointer(rebasing: unread.dropFirst(count)) }
}
