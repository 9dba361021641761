/// The filter `shuffle` of numcodecs: first the lowest byte of every element, then the second of every element.
///
/// - Source: numcodecs, `shuffle`.
struct ShuffleCodec: BytesToBytesCodec {
    static let name = "numcodecs.shuffle"

    private let elementSize: Int

    /// - Throws: ``ZarrError`` with code `.corrupt` where the size of an element is missing or no size.
    init(_ spec: CodecSpec) throws {
        elementSize = max(try spec.integer("elementsize", in: 0...DataType.largestSize), 1)
    }

    func encodedSize(_ count: Int) -> Int? { count }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let start = encoded.count
        encoded.append(count: bytes.count)
        // Safety: the block just grew by as many bytes.
        ByteShuffle.run(bytes.orEmpty, into: encoded.base + start, bytes.count, elementSize)
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        guard encoded.count <= room.count else {
            throw ZarrError(.corrupt, "\(encoded.count) bytes are shuffled, more than the \(room.count) expected")
        }
        ByteShuffle.undo(encoded.orEmpty, into: room.orEmpty, encoded.count, elementSize)
        return encoded.count
    }
}
