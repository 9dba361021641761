public import Zarr

/// An image of several levels that can be read by region, wherever its bytes lie: a TIFF, an OME-Zarr, memory.
///
/// Converting is pouring one such image into a store; serving is answering requests about one. Shapes, regions and
/// axes are in the order of ``ImageDescription/axes``: time, channel, then z, y, x, whichever of them there are.
public protocol ImageSource: Sendable {
    /// What the image is: axes, levels, type, channels.
    var description: ImageDescription { get }

    /// The block of a level that costs least to read at once, and whose multiples waste nothing: a tile, a strip, a
    /// chunk. One extent for each axis, each from 1 to the level's; an axis that is interleaved in the file (samples of
    /// RGB pixels) has its whole extent.
    func naturalReadShape(level: Int) -> [Int]

    /// Bytes one reader holds at its peak besides the pixels it writes into: blocks as stored and as decoded, decoder
    /// state. What a plan adds up before a conversion starts.
    func readerBytes(level: Int) -> Int

    /// Whether the samples of a pixel lie together in the file, so that they are decoded fastest into views in which they
    /// do, too.
    var isInterleaved: Bool { get }

    /// What tells the image's bytes from those of any other, or of the same image changed since: a digest of sizes, times
    /// and a sample of the contents, not of the path. Empty where nothing tells. What a conversion that is resumed holds
    /// its input against.
    var identity: String { get throws }

    /// - Throws: where the image is seen to have changed since ``identity`` was first asked for, so that what was read of
    ///   it may be of two different images.
    func checkUnchanged() throws

    /// How many readers may work at once without doing one another's work again; `Int.max` where as many as one likes,
    /// 1 where pixels can only be decoded in sequence.
    var maximumReaders: Int { get }

    /// What the source says of the image beyond what OME-Zarr has a word for: an object that is kept with the image,
    /// under `ome-zarr.source` of its attributes. Nil where there is nothing.
    var provenance: JSONValue? { get }

    /// A reader for one worker. Readers keep decoder state and scratch memory, so each thread has its own.
    func makeReader() throws -> any RegionReader
}

/// Reads regions of one image. Belongs to one thread at a time.
public protocol RegionReader: AnyObject {
    /// Decodes the pixels of a region straight into a view of the same shape and type.
    ///
    /// - Throws: where the region leaves the level, or the data is damaged or unsupported.
    func read(_ region: Region, level: Int, into pixels: StridedPixels) throws
}

extension ImageSource {
    /// They do not.
    public var isInterleaved: Bool { false }

    /// Nothing tells.
    public var identity: String { "" }

    /// Nothing is seen.
    public func checkUnchanged() throws {}

    /// Two natural blocks: one as stored, one as decoded.
    public func readerBytes(level: Int) -> Int {
        naturalReadShape(level: level).saturatingProduct(times: 2 * description.type.size)
    }

    /// As many as one likes.
    public var maximumReaders: Int { .max }

    /// Nothing.
    public var provenance: JSONValue? { nil }

    /// The pixels of a region of a level.
    ///
    /// Makes a reader for this one call; keep one from ``makeReader()`` to read many regions.
    public func read(_ region: Region, level: Int = 0) throws -> PixelBuffer {
        let reader = try makeReader()
        var buffer = PixelBuffer(shape: region.shape, type: .pixel(description.type))
        try buffer.withPixels { try reader.read(region, level: level, into: $0) }
        return buffer
    }
}

extension [ZarrArray] {
    /// The identity of an image whose levels these are: the documents of its arrays. Chunks are not looked at.
    package var identity: String {
        get throws {
            var digest = Fingerprint()
            for array in self {
                for name in ["zarr.json", ".zarray", ".zattrs", "attributes.json"] {
                    digest.add(try array.store.read(array.key.appending(name)) ?? [])
                }
            }
            return digest.hexadecimal
        }
    }
}
