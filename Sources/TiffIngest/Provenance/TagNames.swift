/// What people call the tags that are kept as they were, and which are not kept.
///
/// - Source: TIFF 6.0; TIFF/EP; Adobe's and LibTIFF's registered tags; GeoTIFF 1.1; GDAL; Exif 2.32.
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
        51123: microManager,
        // Of cameras, in a directory of their own.
        33434: "ExposureTime", 33437: "FNumber", 34850: "ExposureProgram", 34855: "PhotographicSensitivity",
        34864: "SensitivityType", 36864: "ExifVersion", 36867: "DateTimeOriginal", 36868: "DateTimeDigitized",
        36880: "OffsetTime", 36881: "OffsetTimeOriginal", 36882: "OffsetTimeDigitized",
        37121: "ComponentsConfiguration",
        37122: "CompressedBitsPerPixel", 37377: "ShutterSpeedValue", 37378: "ApertureValue", 37379: "BrightnessValue",
        37380: "ExposureBiasValue", 37381: "MaxApertureValue", 37382: "SubjectDistance", 37383: "MeteringMode",
        37384: "LightSource", 37385: "Flash", 37386: "FocalLength", 37500: "MakerNote", 37510: "UserComment",
        37520: "SubSecTime", 37521: "SubSecTimeOriginal", 37522: "SubSecTimeDigitized", 40960: "FlashpixVersion",
        40961: "ColorSpace", 40962: "PixelXDimension", 40963: "PixelYDimension", 41486: "FocalPlaneXResolution",
        41487: "FocalPlaneYResolution", 41488: "FocalPlaneResolutionUnit", 41495: "SensingMethod", 41728: "FileSource",
        41729: "SceneType", 41985: "CustomRendered", 41986: "ExposureMode", 41987: "WhiteBalance",
        41988: "DigitalZoomRatio", 41989: "FocalLengthIn35mmFilm", 41990: "SceneCaptureType", 41991: "GainControl",
        41992: "Contrast", 41993: "Saturation", 41994: "Sharpness", 42016: "ImageUniqueID", 42033: "BodySerialNumber",
        42034: "LensSpecification", 42035: "LensMake", 42036: "LensModel", 42037: "LensSerialNumber",
    ]

    /// What the notes of Micro-Manager on one page are called.
    static let microManager = "MicroManagerMetadata"

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
