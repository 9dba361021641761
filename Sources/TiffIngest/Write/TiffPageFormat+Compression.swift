extension TiffPageFormat {
    /// How the bytes of a block are packed.
    public enum Compression: Sendable, Hashable {
        /// As they are.
        case none
        /// zlib streams (tag value 8) of this level (1 fastest to 12 smallest); integers are differenced first.
        case deflate(level: Int)
        /// Zstandard frames (tag value 50000) of this level (-7 to 22); integers are differenced first.
        case zstd(level: Int)
        /// LZW (tag value 5); integers are differenced first.
        case lzw
        /// Baseline JPEG (tag value 7) of this quality (1 to 100), with losses: 8-bit grey, or RGB stored as YCbCr with
        /// its colours at full resolution.
        case jpeg(quality: Int)
    }
}

extension TiffPageFormat.Compression {
    /// The value of the tag Compression.
    var tag: Int {
        switch self {
        case .none: Compression.none.rawValue
        case .deflate: Compression.deflate.rawValue
        case .zstd: Compression.zstandard.rawValue
        case .lzw: Compression.lzw.rawValue
        case .jpeg: Compression.jpeg.rawValue
        }
    }

    /// Whether a predictor makes the bytes smaller: not where they are stored as they are or as a picture.
    var takesDifferences: Bool {
        switch self {
        case .deflate, .zstd, .lzw: true
        case .none, .jpeg: false
        }
    }

    /// The most bytes a block of so many bytes, at most 2 GiB, becomes.
    package func bound(_ bytes: Int) -> Int {
        switch self {
        case .none: bytes
        // deflate adds at most 5 bytes for each 5000 or so, Zstandard one for each 256 and 64, and then their frames.
        case .deflate, .zstd: bytes + bytes / 256 + 128
        // A byte may become a code of 12 bits, and some 3800 codes are followed by one that clears the table.
        case .lzw: bytes + bytes / 2 + bytes / 1024 + 16
        // What libjpeg-turbo allows for pixels that are nothing but noise, and its headers.
        case .jpeg: 2 * bytes + 4096
        }
    }
}
