import OMEZarr
public import Zarr

/// Something of how an array is stored that other arrays can have, too.
public enum StoragePart: Sendable, Hashable, CaseIterable {
    /// Elements of a chunk.
    case chunk
    /// How chunks are gathered into files.
    case shard
    /// The codecs behind the `bytes` codec: what compresses. Those in front of it, such as filters and the order of axes,
    /// are not kept.
    case codec
}

extension PyramidOptions {
    /// The options with the storage of an array, as far as arrays of the version can have it.
    ///
    /// - Parameters:
    ///   - parts: what is kept; of the rest the options stay.
    ///   - axes: for each axis of the image that of the array; nil where the array has none.
    public func keeping(_ parts: Set<StoragePart>, of array: ArrayMetadata, axes: [Int?]) -> PyramidOptions {
        var options = self
        func own(_ shape: [Int]) -> [Int] { axes.map { $0.map { shape[$0] } ?? 1 } }
        if parts.contains(.chunk) { options.chunkShape = own(array.innerChunkShape) }
        if parts.contains(.shard) {
            options.sharding = .none
            if version == .v05, array.isSharded {
                // Other chunks than those of the array may not fill its shards.
                let given = options.chunkShape ?? own(array.innerChunkShape)
                let chunk = [Int](repeating: 1, count: max(axes.count - given.count, 0)) + given
                options.sharding = .shape(zip(own(array.chunkShape), chunk).map { max($0 / $1, 1) * $1 })
            }
        }
        if parts.contains(.codec), let compression = compression(of: array) { options.compression = compression }
        return options
    }

    /// What of the codecs of an array is not kept, in one sentence; nil where all is, and of N5, whose blocks nothing else
    /// has.
    public func codecLoss(of array: ArrayMetadata) -> String? {
        guard array.format != .n5 else { return nil }
        let plain = Self.withoutOrder(array)
        let codecs = ChunkEncoding(plain)?.codecs ?? plain.codecs
        guard compression(of: array) != nil else {
            let names = codecs.map(\.name).filter { $0 != "bytes" }.joined(separator: ", ")
            return "what is encoded by \(names) is encoded anew, because few readers of \(version.zarrFormat) would "
                + "understand it"
        }
        let reorders = plain.codecs.count < array.codecs.count ? ["transpose"] : []
        let lost = reorders + codecs.prefix { $0.name != "bytes" }.map(\.name)
        guard !lost.isEmpty else { return nil }
        return "chunks are written without \(lost.joined(separator: ", ")), which stood in front of their compression; "
            + "that stays"
    }

    /// The codecs of an array's chunks behind `bytes`; nil where arrays of the version cannot have them.
    private func compression(of array: ArrayMetadata) -> [CodecSpec]? {
        guard let encoding = ChunkEncoding(Self.withoutOrder(array)),
            let bytes = encoding.codecs.firstIndex(where: { $0.name == "bytes" })
        else { return nil }
        let compression = Array(encoding.codecs[(bytes + 1)...])
        let kept = ChunkEncoding(
            chunkShape: encoding.chunkShape, type: array.type, codecs: [.bytes(array.type)] + compression)
        return kept.isCommon(in: version.zarrFormat) ? compression : nil
    }

    /// The array with its shards in the order of its axes.
    private static func withoutOrder(_ array: ArrayMetadata) -> ArrayMetadata {
        guard array.isSharded else { return array }
        var array = array
        array.codecs.removeAll { $0.name == "transpose" }
        return array
    }
}
