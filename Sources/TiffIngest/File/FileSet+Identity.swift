import Zarr

extension FileSet {
    /// Bytes at either end of a file that are looked at: where headers, directories and OME-XML lie.
    private static let sample = 64 << 10
    /// Files whose bytes are looked at; of the others size and time have to do, as there may be thousands.
    private static let sampledFiles = 64

    /// A digest of all files, worked out once.
    ///
    /// - Throws: ``TiffError`` where a file cannot be read.
    func identity() throws -> String {
        if let known = known.withLock({ $0?.identity }) { return known }
        var digest = Fingerprint(), changes: [String] = []
        for number in members.indices {
            let file = try file(number)
            changes.append("\(file.size) \(try file.changeTime())")
            digest.add(changes[number])
            guard number < Self.sampledFiles else { continue }
            let count = min(Self.sample, file.size)
            for offset in [0, file.size - count] {
                digest.add(
                    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                        if let base = buffer.baseAddress { try file.read(count, at: offset, into: base) }
                        filled = count
                    })
            }
        }
        let identity = digest.hexadecimal
        known.withLock { [changes] in $0 = Known(identity: identity, changes: changes) }
        return identity
    }

    /// - Throws: ``TiffError`` where a file is not any more what it was when its identity was asked for.
    func checkUnchanged() throws {
        guard let changes = known.withLock({ $0?.changes }) else { return }
        for (member, change) in zip(members, changes) {
            let file = try TiffFile(path: member.path, within: folder)
            guard try "\(file.size) \(file.changeTime())" == change else {
                throw TiffError(
                    .damaged,
                    "the file was changed while it was read, so that what was read may be half of either; start anew when "
                        + "nobody writes it", path: member.path)
            }
        }
    }
}
