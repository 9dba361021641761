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
        if let known = knownIdentity.withLock({ $0 }) { return known }
        var digest = Fingerprint()
        for number in members.indices {
            let file = try file(number)
            digest.add("\(file.size) \(try file.changeTime())")
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
        knownIdentity.withLock { $0 = identity }
        return identity
    }
}
