import Zarr

/// The document `info.json` of an image.
///
/// - Source: IIIF Image API 3.0 and 2.1, section 5.
enum IIIFInformation {
    /// Pixels of the tiles a viewer should ask for.
    private static let side = 512

    /// - Parameter id: the address of the image.
    static func document(_ image: ServedImage, id: String, _ version: IIIFVersion) -> JSONValue {
        let (width, height) = image.size()
        let factors = factors(width, height)
        var document: JSONValue = ["@context": .string(version.context)]
        switch version {
        case .three:
            document["id"] = .string(id)
            document["type"] = "ImageService3"
        case .two: document["@id"] = .string(id)
        }
        document["protocol"] = "http://iiif.io/api/image"
        if version == .three { document["profile"] = "level2" }
        document["width"] = JSONValue(width)
        document["height"] = JSONValue(height)
        document["sizes"] = .array(
            factors.reversed().map { [(width - 1) / $0 + 1, (height - 1) / $0 + 1] }
                .filter { $0.allSatisfy { $0 <= IIIFSize.maxSide } && $0[0] * $0[1] <= IIIFSize.maxArea }
                .map { ["width": JSONValue($0[0]), "height": JSONValue($0[1])] })
        document["tiles"] = [["width": JSONValue(side), "height": JSONValue(side), "scaleFactors": JSONValue(factors)]]
        let limits: JSONValue = [
            "maxWidth": JSONValue(IIIFSize.maxSide), "maxHeight": JSONValue(IIIFSize.maxSide),
            "maxArea": JSONValue(IIIFSize.maxArea),
        ]
        switch version {
        case .three:
            for name in ["maxWidth", "maxHeight", "maxArea"] { document[name] = limits[name] }
            document["extraFormats"] = ["webp"]
            document["extraQualities"] = ["color", "gray", "bitonal"]
            // Sizes with "^" are made as well, but not announced: the validator of IIIF takes "^max" for the size of the
            // image, the specification for the largest size a server makes.
            document["extraFeatures"] = names(features)
            document["preferredFormats"] = ["webp", "jpg"]
        case .two:
            var profile = limits
            profile["formats"] = ["jpg", "png", "webp"]
            profile["qualities"] = ["default", "color", "gray", "bitonal"]
            profile["supports"] = names(features + ["sizeByForcedWh", "sizeByDistortedWh", "sizeAboveFull"])
            document["profile"] = .array([.string(version.profile), profile])
        }
        return document
    }

    /// What is offered beyond level 2.
    private static let features = ["mirroring", "canonicalLinkHeader", "profileLinkHeader"]

    private static func names(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }

    /// By what the image is made smaller: powers of two until it fits into one tile.
    private static func factors(_ width: Int, _ height: Int) -> [Int] {
        var factors = [1]
        while max(width, height) > side * factors[factors.count - 1] { factors.append(factors[factors.count - 1] * 2) }
        return factors
    }
}
