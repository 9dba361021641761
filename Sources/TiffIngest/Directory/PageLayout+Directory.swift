extension PageLayout {
    /// Reads the layout of a page from its directory.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where required tags are missing or make no sense.
    package init(_ directory: Directory, _ reader: DirectoryReader) throws {
        func optional(_ tag: Tag, _ standard: Int) throws -> Int { try reader.integer(tag, of: directory) ?? standard }

        width = try reader.extent(.imageWidth, "ImageWidth", of: directory)
        height = try reader.extent(.imageLength, "ImageLength", of: directory)
        samples = try optional(.samplesPerPixel, 1)
        guard (1...65_535).contains(samples) else {
            throw TiffError(.damaged, "SamplesPerPixel (tag 277) is \(samples)", path: reader.file.path)
        }
        isPlanar = try optional(.planarConfiguration, 1) == 2 && samples > 1
        bits = try Self.uniform(.bitsPerSample, directory, reader, samples: samples) ?? 1
        sampleFormat = try Self.uniform(.sampleFormat, directory, reader, samples: samples) ?? 1
        compression = Compression(rawValue: try optional(.compression, 1))
        predictor = try optional(.predictor, 1)
        photometric = try optional(.photometric, 1)
        isBitReversed = try optional(.fillOrder, 1) == 2
        isTiled = directory[.tileWidth] != nil
        if isTiled {
            blockWidth = try reader.extent(.tileWidth, "TileWidth", of: directory)
            blockHeight = try reader.extent(.tileLength, "TileLength", of: directory)
        } else {
            blockWidth = width
            let rows = try optional(.rowsPerStrip, height)
            blockHeight = rows < 1 ? height : min(rows, height)
        }
        depth = try optional(.imageDepth, 1)
        let count = samples
        extraSamples = try directory[.extraSamples].map { try reader.integers($0, first: count) } ?? []
        // The tag's default is 2,2, but without the tag it only means something where JPEG says so itself.
        subsampling = try directory[.chromaSubsampling].map { try reader.integers($0, first: 2) } ?? []
    }

    /// A value given once for each sample, if it is the same for all; -1 where it is not, nil where it is not given.
    private static func uniform(
        _ tag: Tag, _ directory: Directory, _ reader: DirectoryReader, samples: Int
    ) throws -> Int? {
        guard let field = directory[tag], field.count > 0 else { return nil }
        let values = try reader.integers(field, first: samples)
        return values.allSatisfy { $0 == values[0] } ? values[0] : -1
    }
}
