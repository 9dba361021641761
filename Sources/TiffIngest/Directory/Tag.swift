/// The numbers of the tags this library understands.
///
/// - Source: TIFF 6.0, section 8; Adobe Photoshop TIFF technical notes; tags registered with Aldus and Adobe.
package struct Tag: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    private init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let newSubfileType = Tag(254)
    package static let subfileType = Tag(255)
    package static let imageWidth = Tag(256)
    package static let imageLength = Tag(257)
    package static let bitsPerSample = Tag(258)
    package static let compression = Tag(259)
    package static let photometric = Tag(262)
    package static let fillOrder = Tag(266)
    package static let imageDescription = Tag(270)
    package static let stripOffsets = Tag(273)
    package static let samplesPerPixel = Tag(277)
    package static let rowsPerStrip = Tag(278)
    package static let stripByteCounts = Tag(279)
    package static let xResolution = Tag(282)
    package static let yResolution = Tag(283)
    package static let planarConfiguration = Tag(284)
    package static let resolutionUnit = Tag(296)
    package static let software = Tag(305)
    package static let predictor = Tag(317)
    package static let tileWidth = Tag(322)
    package static let tileLength = Tag(323)
    package static let tileOffsets = Tag(324)
    package static let tileByteCounts = Tag(325)
    package static let subIFDs = Tag(330)
    package static let extraSamples = Tag(338)
    package static let sampleFormat = Tag(339)
    package static let jpegTables = Tag(347)
    package static let chromaSubsampling = Tag(530)
    package static let imageDepth = Tag(32997)
    package static let gdalNoData = Tag(42113)
    package static let ijMetadataByteCounts = Tag(50838)
    package static let ijMetadata = Tag(50839)
}
