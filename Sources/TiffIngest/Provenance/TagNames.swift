/// What people call the tags that are kept as they were, and which are not kept.
///
/// - Source: TIFF 6.0; TIFF/EP; Adobe's and LibTIFF's registered tags; GeoTIFF 1.1; GDAL.
enum TagNames {
    private static let names: [UInt16: String] = [
        263: "Threshholding", 269: "DocumentName", 270: "ImageDescription", 271: "Make", 272: "Model",
        274: "Orientation", 280: "MinSampleValue", 281: "MaxSampleValue", 282: "XResolution", 283: "YResolution",
        285: "PageName", 286: "XPosition", 287: "YPosition", 290: "GrayResponseUnit", 291: "GrayResponseCurve",
        296: "ResolutionUnit", 297: "PageNumber", 301: "TransferFunction", 305: "Software", 306: "DateTime",
        315: "Artist", 316: "HostComputer", 318: "WhitePoint", 319: "PrimaryChromaticities", 320: "ColorMap",
        333: "InkNames", 336: "DotRange", 337: "TargetPrinter", 340: "SMinSampleValue", 341: "SMaxSampleValue",
        529: "YCbCrCoefficients", 531: "YCbCrPositioning", 532: "ReferenceBlackWhite", 700: "XMP",
        33432: "Copyright", 33550: "ModelPixelScale", 33723: "IPTC", 33922: "ModelTiepoint",
        34264: "ModelTransformation", 34377: "Photoshop", 34675: "ICCProfile", 34735: "GeoKeyDirectory",
        34736: "GeoDoubleParams", 34737: "GeoAsciiParams", 42112: "GDALMetadata", 42113: "GDALNoData",
        51123: "MicroManagerMetadata",
    ]

    /// Tags that say how pixels are stored, or where something lies in the file: they mean nothing beside a Zarr, whose
    /// own metadata say it. Those of ImageJ's metadata are taken apart instead.
    private static let structural: Set<UInt16> = [
        254, 255, 256, 257, 258, 259, 262, 264, 265, 266, 273, 277, 278, 279, 284, 288, 289, 292, 293, 317, 322, 323,
        324, 325, 330, 338, 339, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 530, 559, 32997, 34665, 34853, 40965,
        50838, 50839,
    ]

    /// The name under which a tag is kept: its number where it has none; nil where it is not kept.
    static func name(_ tag: Tag) -> String? {
        structural.contains(tag.rawValue) ? nil : names[tag.rawValue] ?? String(tag.rawValue)
    }
}
