import CDeflate

/// An object that is appended to an archive when it is whole, so that several can be written at once.
final class ZipObjectWriter: ObjectWriter {
    // Chunks and most metadata stay below it and never touch a second file; many shards may be open at once.
    private static let mostPending = 256 << 10

    private let archive: ZipWriter
    private let key: StoreKey
    /// What came last, and in front of it what became too large for memory.
    private var pending = [UInt8]()
    private var spool: UnfinishedFile?
    private var spooled = 0
    private var crc32: UInt32 = 0
    private var isFinished = false

    init(_ archive: ZipWriter, _ key: StoreKey) {
        self.archive = archive
        self.key = key
    }

    var count: Int { spooled + pending.count }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard !isFinished else { throw finished }
        if pending.count + bytes.count > Self.mostPending {
            try pending.withUnsafeBytes { try spill($0) }
            pending.removeAll(keepingCapacity: true)
        }
        if bytes.count > Self.mostPending { try spill(bytes) } else { pending.append(contentsOf: bytes) }
        crc32 = libdeflate_crc32(crc32, bytes.orEmpty, bytes.count)
    }

    func commit() throws {
        guard !isFinished else { throw finished }
        isFinished = true
        defer { (pending, spool) = ([], nil) }
        try archive.add(key, size: count, crc32: crc32, document: allBytes) { file, offset in
            try forEachBlock { try file.write($1, at: offset + $0) }
        }
    }

    func abandon() {
        isFinished = true
        (pending, spool) = ([], nil)
    }

    private func spill(_ bytes: UnsafeRawBufferPointer) throws {
        let spool = try self.spool ?? archive.makeSpool()
        self.spool = spool
        try spool.write(bytes, at: spooled)
        spooled += bytes.count
    }

    /// The bytes in pieces, each with its place in the object.
    private func forEachBlock(_ body: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        for place in stride(from: 0, to: spooled, by: Self.mostPending) {
            let block = try spool?.read(at: place, count: min(Self.mostPending, spooled - place)) ?? []
            try block.withUnsafeBytes { try body(place, $0) }
        }
        try pending.withUnsafeBytes { try body(spooled, $0) }
    }

    private func allBytes() throws -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(count)
        try forEachBlock { bytes.append(contentsOf: $1) }
        return bytes
    }

    private var finished: ZarrError { ZarrError(.invalidCall, "\(key) is finished already", key: key) }
}
