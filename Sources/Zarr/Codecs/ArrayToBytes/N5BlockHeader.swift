/// What stands before the elements of a block of N5.
///
/// All numbers are big-endian: the mode and the number of axes in 16 bits, the elements on each axis in 32.
///
/// - Source: N5 specification 4.0.0.
struct N5BlockHeader {
    /// Elements of the block on each axis, the fastest first.
    let shape: [Int]
    /// Bytes of the header.
    let byteCount: Int

    init(shape: [Int]) {
        self.shape = shape
        byteCount = Self.size(rank: shape.count)
    }

    /// - Throws: ``ZarrError`` with code `.corrupt` where the block ends early or has another number of axes,
    ///   `.unsupported` where its elements are no numbers.
    init(_ block: UnsafeRawBufferPointer, rank: Int) throws {
        // Blocks of other modes have other headers, perhaps shorter ones.
        let mode = block.count < 2 ? 0 : UInt16(bigEndian: block.loadUnaligned(as: UInt16.self))
        guard mode == 0 else {
            let name = [1: "varlength", 2: "object"][mode] ?? "unknown"
            throw ZarrError(
                .unsupported, "N5 blocks of mode \(mode) (\(name)) cannot be read: only those of mode 0 can")
        }
        guard block.count >= Self.size(rank: rank) else {
            throw ZarrError(
                .corrupt,
                "an N5 block of \(rank) axes begins with \(Self.size(rank: rank)) bytes of header, but has "
                    + "\(block.count) bytes in all")
        }
        // Safety: the header was measured; every number read lies in it.
        let axes = UInt16(bigEndian: block.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        guard axes == rank else {
            throw ZarrError(.corrupt, "the N5 block has \(axes) axes, its array has \(rank)")
        }
        self.init(
            shape: (0..<rank).map {
                Int(UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 + 4 * $0, as: UInt32.self)))
            })
    }

    func append(to block: ByteBlock) {
        let words = [UInt16(0).bigEndian, UInt16(truncatingIfNeeded: shape.count).bigEndian]
        words.withUnsafeBytes { block.append($0) }
        shape.map { UInt32(truncatingIfNeeded: $0).bigEndian }.withUnsafeBytes { block.append($0) }
    }

    static func size(rank: Int) -> Int { 4 + 4 * rank }
}
