import ArgumentParser
import Zarr

/// How chunks are compressed: a codec, for Blosc what is inside it, and a level, as in `blosc:zstd:3` or `gzip:6`.
struct CodecArgument: ExpressibleByArgument, Sendable, Equatable {
    enum Codec: Sendable, Equatable {
        case none
        case blosc(compressor: String, level: Int)
        case zstd(level: Int)
        case gzip(level: Int)
        case zlib(level: Int)
    }

    let codec: Codec

    init(_ codec: Codec) { self.codec = codec }

    init?(argument: String) {
        var parts = argument.lowercased().split(separator: ":").map(String.init)
        guard !parts.isEmpty else { return nil }
        let name = parts.removeFirst()
        let inner = name == "blosc" ? (parts.isEmpty ? "zstd" : parts.removeFirst()) : ""
        guard parts.count <= 1, let level = parts.first.map({ Int($0) }) ?? Self.defaultLevel(name, inner) else {
            return nil
        }
        switch name {
        case "none" where parts.isEmpty: codec = .none
        case "blosc" where Self.bloscCompressors.contains(inner) && (0...9).contains(level):
            codec = .blosc(compressor: inner, level: level)
        case "zstd" where (-7...22).contains(level): codec = .zstd(level: level)
        case "gzip" where (0...9).contains(level): codec = .gzip(level: level)
        case "zlib" where (0...9).contains(level): codec = .zlib(level: level)
        default: return nil
        }
    }

    /// The argument that means this codec.
    var argument: String {
        switch codec {
        case .none: "none"
        case .blosc(let compressor, let level): "blosc:\(compressor):\(level)"
        case .zstd(let level): "zstd:\(level)"
        case .gzip(let level): "gzip:\(level)"
        case .zlib(let level): "zlib:\(level)"
        }
    }

    var defaultValueDescription: String { "blosc:zstd:3" }

    private static let bloscCompressors: Set<String> = ["zstd", "lz4", "lz4hc", "blosclz", "zlib"]

    private static func defaultLevel(_ name: String, _ inner: String) -> Int {
        switch (name, inner) {
        case ("blosc", "lz4"), ("blosc", "lz4hc"), ("blosc", "blosclz"): 5
        case ("gzip", _), ("zlib", _), ("blosc", "zlib"): 6
        default: 3
        }
    }

    /// The codecs of a chunk behind the one that turns pixels into bytes.
    func specs(for type: PixelType) -> [CodecSpec] {
        switch codec {
        case .none: []
        case .blosc(let compressor, let level):
            [.blosc(.pixel(type), compressor, level: level, shuffle: type.size == 1 ? .none : .bytes)]
        case .zstd(let level): [.zstd(level: level)]
        case .gzip(let level): [.gzip(level: level)]
        case .zlib(let level): [.zlib(level: level)]
        }
    }
}
