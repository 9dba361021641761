#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The codecs of an array, prepared once for one chunk shape and type and then run for every chunk.
///
/// A value without state: what a run needs lies in the worker's ``CodecWorkspace``.
///
/// - Source: Zarr v3 core, "Codecs".
public struct CodecPipeline: Sendable {
    /// Elements of a chunk on each axis, C order.
    public let chunkShape: [Int]
    /// Type of one element.
    public let type: DataType
    /// The value of elements that were never written.
    public let fillValue: FillValue
    /// Bytes of the pixels of a chunk.
    public let byteCount: Int

    private let chain: CodecChain
    private let encodedShape: [Int]
    /// Most bytes there can be after the array became bytes, and after each codec behind.
    private let bounds: [Int]

    /// Prepares codecs.
    ///
    /// - Parameter codecs: in the order of encoding.
    /// - Throws: ``ZarrError`` with code `.unsupported` naming a codec that is unknown, `.corrupt` where a
    ///   configuration or the order of the codecs breaks the specification.
    public init(_ codecs: [CodecSpec], chunkShape: [Int], type: DataType, fillValue: FillValue) throws {
        guard let byteCount = chunkShape.byteCount(type), byteCount > 0, chunkShape.allSatisfy({ $0 > 0 }) else {
            throw ZarrError(.corrupt, "the chunk shape \(chunkShape) is empty or too large to address")
        }
        chain = try CodecChain(codecs, shape: chunkShape, type: type, fillValue: fillValue)
        self.chunkShape = chunkShape
        self.type = type
        self.fillValue = fillValue
        self.byteCount = byteCount
        encodedShape = chain.arrayToArray.reduce(chunkShape) { $1.encoded(shape: $0) }
        bounds = chain.bytesToBytes.reduce(into: [chain.arrayToBytes.largestEncodedSize]) {
            $0.append($1.largestEncodedSize($0[$0.count - 1]))
        }
    }

    /// Most bytes an encoded chunk of any sane writer has.
    var largestEncodedSize: Int { bounds[bounds.count - 1] }

    /// Bytes every encoded chunk has; nil where that depends on the pixels.
    var encodedSize: Int? {
        chain.bytesToBytes.reduce(chain.arrayToBytes.encodedSize) { size, codec in
            size.flatMap { codec.encodedSize($0) }
        }
    }

    /// The sharding codec, where chunks can be read in parts.
    var sharding: ShardingIndexedCodec? {
        chain.bytesToBytes.isEmpty ? chain.arrayToBytes as? ShardingIndexedCodec : nil
    }

    /// True where nothing is done to the axes before the array becomes bytes.
    var keepsAxes: Bool { chain.arrayToArray.isEmpty }

    private func encodedView(_ pixels: StridedPixels) -> StridedPixels {
        chain.arrayToArray.reduce(pixels) { $1.encoded($0) }
    }

    private func encodedRegion(_ region: Region) -> Region {
        chain.arrayToArray.reduce(region) { $1.encoded($0) }
    }
}

// MARK: - Encoding

extension CodecPipeline {
    /// Encodes a chunk.
    ///
    /// - Parameters:
    ///   - pixels: the whole chunk, contiguous, C order, machine byte order.
    ///   - encoded: what it held is replaced.
    public func encode(
        _ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace
    ) throws {
        encoded.removeAll()
        try append(pixels, to: encoded, workspace)
    }

    /// Encodes a chunk and adds it to a block.
    func append(_ pixels: UnsafeRawBufferPointer, to encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        guard pixels.count == byteCount else {
            throw ZarrError(.invalidCall, "a chunk of shape \(chunkShape) has \(byteCount) bytes, not \(pixels.count)")
        }
        if keepsAxes { return try appendArray(pixels, to: encoded, workspace) }
        try workspace.withBlock(byteCount) { rearranged in
            // Safety: the view is only read.
            let source = StridedPixels(
                base: UnsafeMutableRawPointer(mutating: pixels.orEmpty), shape: chunkShape, type: type)
            StridedPixels(base: rearranged.base, shape: encodedShape, type: type).copy(from: encodedView(source))
            rearranged.count = byteCount
            try appendArray(rearranged.bytes, to: encoded, workspace)
        }
    }

    private func appendArray(
        _ pixels: UnsafeRawBufferPointer, to encoded: ByteBlock, _ workspace: CodecWorkspace
    ) throws {
        if chain.bytesToBytes.isEmpty { return try chain.arrayToBytes.encode(pixels, into: encoded, workspace) }
        if chain.arrayToBytes.isVerbatim { return try appendBytes(pixels, step: 0, to: encoded, workspace) }
        try workspace.withBlock(0) { bytes in
            try chain.arrayToBytes.encode(pixels, into: bytes, workspace)
            try appendBytes(bytes.bytes, step: 0, to: encoded, workspace)
        }
    }

    private func appendBytes(
        _ bytes: UnsafeRawBufferPointer, step: Int, to encoded: ByteBlock, _ workspace: CodecWorkspace
    ) throws {
        let codec = chain.bytesToBytes[step]
        if step == chain.bytesToBytes.count - 1 { return try codec.encode(bytes, into: encoded, workspace) }
        try workspace.withBlock(0) { next in
            try codec.encode(bytes, into: next, workspace)
            try appendBytes(next.bytes, step: step + 1, to: encoded, workspace)
        }
    }
}

// MARK: - Decoding

extension CodecPipeline {
    /// Decodes a whole chunk.
    ///
    /// - Parameter pixels: ``byteCount`` bytes, filled in C order and machine byte order.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the bytes are damaged.
    public func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws {
        guard pixels.count == byteCount else {
            throw ZarrError(.invalidCall, "a chunk of shape \(chunkShape) has \(byteCount) bytes, not \(pixels.count)")
        }
        let view = StridedPixels(base: pixels.orEmpty, shape: chunkShape, type: type)
        try decode(encoded, Region(wholeOf: chunkShape), into: view, workspace)
    }

    /// Decodes the part of a chunk that a region names, reading no more of the source than it takes.
    ///
    /// - Parameters:
    ///   - region: within the chunk.
    ///   - pixels: of the region's shape and the pipeline's type.
    /// - Returns: false where the chunk is absent; then nothing was written and the caller fills.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the bytes are damaged.
    public func decode(
        _ region: Region, from source: any ByteSource, into pixels: StridedPixels, _ workspace: CodecWorkspace
    ) throws -> Bool {
        guard region.lies(within: chunkShape), pixels.shape == region.shape, pixels.type.size == type.size else {
            throw ZarrError(
                .invalidCall,
                "the region \(region.origin) + \(region.shape) must lie in the chunk \(chunkShape) and fit the pixels "
                    + "\(pixels.shape)")
        }
        if let sharding {
            return try sharding.decode(encodedRegion(region), from: source, into: encodedView(pixels), workspace)
        }
        if let span = span(of: region) { return try decode(span, region, from: source, into: pixels, workspace) }
        return try workspace.withBlock(0) { encoded in
            guard try source.read(.whole, into: encoded, limit: largestEncodedSize) else { return false }
            try decode(encoded.bytes, region, into: pixels, workspace)
            return true
        }
    }

    /// Decodes a chunk and keeps a region of it.
    func decode(
        _ encoded: UnsafeRawBufferPointer, _ region: Region, into pixels: StridedPixels, _ workspace: CodecWorkspace
    ) throws {
        if keepsAxes && region.shape == chunkShape && pixels.isContiguous {
            let target = UnsafeMutableRawBufferPointer(start: pixels.base, count: byteCount)
            return try decodeBytes(encoded, nil, steps: chain.bytesToBytes.count, into: target, workspace)
        }
        try workspace.withBlock(byteCount) { block in
            let target = UnsafeMutableRawBufferPointer(start: block.base, count: byteCount)
            let wanted = region.shape == chunkShape ? nil : elementSpan(region)
            try decodeBytes(encoded, wanted, steps: chain.bytesToBytes.count, into: target, workspace)
            let chunk = StridedPixels(base: block.base, shape: encodedShape, type: type)
            encodedView(pixels).copy(from: chunk.subview(encodedRegion(region)))
        }
    }

    /// Undoes the first `steps` codecs that turn bytes into bytes, then makes the array.
    ///
    /// - Parameter wanted: which bytes of the array; nil is all. The others may be anything afterwards.
    private func decodeBytes(
        _ encoded: UnsafeRawBufferPointer, _ wanted: Range<Int>?, steps: Int,
        into pixels: UnsafeMutableRawBufferPointer,
        _ workspace: CodecWorkspace
    ) throws {
        guard steps > 0 else { return try chain.arrayToBytes.decode(encoded, into: pixels, workspace) }
        let codec = chain.bytesToBytes[steps - 1]
        if steps == 1, chain.arrayToBytes.isVerbatim, let wanted,
            try codec.decode(wanted, of: encoded, into: pixels, workspace)
        {
            return
        }
        if steps == 1 && chain.arrayToBytes.worksInPlace {
            let count = try codec.decode(encoded, into: pixels, workspace)
            let bytes = UnsafeRawBufferPointer(start: pixels.baseAddress, count: count)
            return try chain.arrayToBytes.decode(bytes, into: pixels, workspace)
        }
        let bound = bounds[steps - 1]
        try workspace.withBlock(bound) { block in
            let room = UnsafeMutableRawBufferPointer(start: block.base, count: bound)
            block.count = try codec.decode(encoded, into: room, workspace)
            try decodeBytes(block.bytes, wanted, steps: steps - 1, into: pixels, workspace)
        }
    }
}

// MARK: - Decoding what is stored as it is

extension CodecPipeline {
    /// The bytes of an encoded chunk that a region takes; nil where that is all of them, because they are not simply the
    /// pixels.
    func span(of region: Region) -> Range<Int>? {
        chain.bytesToBytes.isEmpty && chain.arrayToBytes.isVerbatim ? elementSpan(region) : nil
    }

    /// The bytes of the encoded array from a region's first element to its last; none of an empty region.
    private func elementSpan(_ region: Region) -> Range<Int> {
        guard !region.isEmpty else { return 0..<0 }
        let part = encodedRegion(region)
        let strides = StridedPixels.contiguousStrides(encodedShape, type.size)
        let first = zip(part.origin, strides).reduce(0) { $0 + $1.0 * $1.1 }
        return first..<zip(part.shape, strides).reduce(first + type.size) { $0 + ($1.0 - 1) * $1.1 }
    }

    /// True where the bytes of a span can be read to where the pixels go: they are those pixels, one after the other.
    func isSeamless(_ span: Range<Int>, into pixels: StridedPixels) -> Bool {
        keepsAxes && pixels.isContiguous && span.count == pixels.count * type.size
    }

    /// Decodes a region from the bytes of its span.
    func decode(span bytes: UnsafeMutableRawPointer, _ region: Region, into pixels: StridedPixels) {
        // Safety: the span reaches from the first element of the region to its last.
        let stored = StridedPixels(
            base: bytes, shape: encodedRegion(region).shape,
            strides: StridedPixels.contiguousStrides(encodedShape, type.size), type: type)
        encodedView(pixels).copy(from: stored)
    }

    private func decode(
        _ span: Range<Int>, _ region: Region, from source: any ByteSource, into pixels: StridedPixels,
        _ workspace: CodecWorkspace
    ) throws -> Bool {
        let isSeamless = isSeamless(span, into: pixels)
        // The whole chunk is asked for as such, so that one of a wrong size is seen.
        let range = span.count == byteCount ? .whole : ByteRange.from(offset: span.lowerBound, count: span.count)
        return try workspace.withBlock(isSeamless ? 0 : span.count) { block in
            let isThere = try source.read([range]) { _, count in
                guard count == span.count else {
                    throw ZarrError(.corrupt, "\(span.count) bytes of pixels were expected, but there are \(count)")
                }
                return isSeamless ? pixels.base : block.base
            }
            if isThere && !isSeamless { decode(span: block.base, region, into: pixels) }
            return isThere
        }
    }
}
