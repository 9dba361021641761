import Zarr

/// How the pixels of a page are laid out: everything its directory says except where the bytes lie.
///
/// Pages of equal layout can be decoded alike, and are taken for planes of one series where nothing else is known.
package struct PageLayout: Sendable, Hashable {
    package var width: Int
    package var height: Int
    package var samples: Int
    /// True where each sample has its own strips or tiles (PlanarConfiguration 2).
    package var isPlanar: Bool
    package var bits: Int
    /// SampleFormat: 1 unsigned, 2 signed, 3 floating point, 4 undefined, 5 and 6 complex.
    package var sampleFormat: Int
    package var compression: Compression
    package var predictor: Int
    package var photometric: Int
    /// True where the bits of each byte are in reverse (FillOrder 2).
    package var isBitReversed: Bool
    package var isTiled: Bool
    /// Pixels across and down of one tile; of a strip, the image's width and RowsPerStrip.
    package var blockWidth: Int
    package var blockHeight: Int
    package var depth: Int
    package var extraSamples: [Int]
    /// Horizontal and vertical chroma subsampling of YCbCr.
    package var subsampling: [Int]

    /// Whether samples of a pixel lie side by side.
    package var isInterleaved: Bool { samples > 1 && !isPlanar }

    /// Whether pixels lie in the file as they are, so that any row of a block can be read alone.
    package var isReadInPlace: Bool { compression == .none && predictor == 1 && !isBitReversed }

    /// Bytes of one row of a block; the largest integer where that is beyond 63 bits.
    package var blockRowBytes: Int { [blockWidth, samplesPerBlock].saturatingProduct(times: bits / 8) }

    /// Whether blocks are too large to be decoded whole, and of a compression that can be decoded in sequence.
    package func isStreamed(_ limits: TiffLimits) -> Bool {
        !isReadInPlace && compression.isSequential
            && blockRowBytes.saturatingMultiplied(by: blockHeight) > limits.streamedBytes
    }

    /// The tiles or strips of the page: a strip is an image-wide tile.
    package var grid: BlockGrid {
        BlockGrid(
            width: width, height: height, blockWidth: blockWidth, blockHeight: blockHeight,
            planes: isPlanar ? samples : 1, clipsLastRow: !isTiled)
    }

    /// Samples of one pixel within a block.
    package var samplesPerBlock: Int { isPlanar ? 1 : samples }

    /// The type of one sample; nil where it is none of ours, see ``unsupported``.
    package var type: PixelType? {
        switch (sampleFormat, bits) {
        case (1, 8), (4, 8): .uint8
        case (1, 16), (4, 16): .uint16
        case (1, 32), (4, 32): .uint32
        case (1, 64), (4, 64): .uint64
        case (2, 8): .int8
        case (2, 16): .int16
        case (2, 32): .int32
        case (2, 64): .int64
        case (3, 16): .float16
        case (3, 32): .float32
        case (3, 64): .float64
        default: nil
        }
    }

    /// Why these pixels cannot be read; nil where they can.
    package var unsupported: String? {
        if depth > 1 { return "ImageDepth (tag 32997) is \(depth), and only 1 is supported" }
        if type == nil {
            return "BitsPerSample (tag 258) \(bits) with SampleFormat (tag 339) \(sampleFormat) is not supported; "
                + "8, 16, 32 and 64 bits of integers and 16, 32 and 64 of floating point are"
        }
        if let reason = compression.unsupported { return reason }
        if ![1, 2, 3].contains(predictor), !compression.isImageCodec {
            return "Predictor (tag 317) \(predictor) is not supported; 1, 2 and 3 are"
        }
        if predictor == 3, type?.isFloat == false, !compression.isImageCodec {
            return "Predictor (tag 317) 3 needs floating-point samples"
        }
        if photometric == 6, compression != .jpeg, subsampling.contains(where: { $0 > 1 }) {
            return "YCbCr subsampling (tag 530) \(subsampling) is supported with JPEG compression only"
        }
        return nil
    }
}
