import ArgumentParser
import TiffIngest

/// How the tiles of a TIFF are packed, and for two of the ways how hard, as in `deflate`, `zstd:9` or `lzw`.
struct TiffCompressionArgument: ExpressibleByArgument, Sendable, Equatable {
    let compression: TiffPageFormat.Compression
    let defaultValueDescription: String

    /// Deflate, which every reader of TIFF knows, at zlib's usual level.
    static let standard = TiffCompressionArgument(.deflate(level: 6), named: "deflate")

    private init(_ compression: TiffPageFormat.Compression, named name: String) {
        self.compression = compression
        defaultValueDescription = name
    }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        func level(_ standard: Int, _ range: ClosedRange<Int>) -> Int? {
            guard parts.count > 1 else { return standard }
            return parts.count == 2 ? Int(parts[1]).flatMap { range.contains($0) ? $0 : nil } : nil
        }
        let compression: TiffPageFormat.Compression? =
            switch parts[0] {
            case "deflate": level(6, 1...12).map { .deflate(level: $0) }
            case "zstd": level(3, -7...22).map { .zstd(level: $0) }
            case "jpeg": level(90, 1...100).map { .jpeg(quality: $0) }
            case "lzw": parts.count == 1 ? .lzw : nil
            case "none": parts.count == 1 ? TiffPageFormat.Compression.none : nil
            default: nil
            }
        guard let compression else { return nil }
        self.init(compression, named: argument)
    }
}
