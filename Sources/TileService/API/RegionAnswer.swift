import HTTPTypes
import OMEZarr
import Zarr

/// `/api/images/<image>/region`: pixels as they are, of any level and any part of it; see ``RegionQuery``.
///
/// Elements are in C order of the image's axes and little-endian; the headers `X-Axes`, `X-Shape` and `X-Type` say what
/// raw ones are.
enum RegionAnswer {
    /// - Throws: ``ServiceError`` with status 400.
    static func answer(_ request: ServiceRequest, _ image: ServedImage) throws -> Answer {
        let asked = try RegionQuery(request.query, accept: request.headers[.accept], of: image.description)
        if asked.format == .png { try checkPicture(asked.region, image) }
        if asked.format == .tiff { try RegionTiff.check(asked.region, image) }
        let content = LazyContent(of: image, for: request, key: "region \(asked)", isRemembered: false) { isWanted in
            var pixels = PixelBuffer(shape: asked.region.shape, type: .pixel(image.description.type))
            let reader = image.pyramid.makeReader(while: isWanted)
            try pixels.withPixels { try reader.read(asked.region, level: asked.level, into: $0) }
            return try pack(pixels, image, asked.format)
        }
        var answer = Answer(type: asked.format.mediaType, content)
        answer.headers[.axes] = image.description.axes.map(\.name).joined(separator: ",")
        answer.headers[.shape] = asked.region.shape.map(String.init).joined(separator: ",")
        answer.headers[.type] = "\(image.description.type)"
        answer.headers[.vary] = "Accept"
        return answer
    }

    private static func pack(_ pixels: PixelBuffer, _ image: ServedImage, _ format: RegionQuery.Format) throws
        -> [UInt8]
    {
        switch format {
        case .raw: pixels.bytes
        case .npy: try NumPyFile.header(shape: pixels.shape, type: pixels.type) + pixels.bytes
        case .tiff: RegionTiff.file(pixels, image)
        case .png: try picture(pixels, image).png(PNGEncoder())
        }
    }

    /// PNG holds one plane of unsigned integers of 8 or 16 bits, or three of 8 bits that are a photograph.
    private static func checkPicture(_ region: Region, _ image: ServedImage) throws {
        let description = image.description
        let planes = region.count / (region.shape[image.x] * region.shape[image.y])
        let isPhotograph = description.isRGB && description.type == .uint8 && planes == 3
        guard isPhotograph || planes == 1 && [.bool, .uint8, .uint16].contains(description.type) else {
            throw ServiceError(
                .badRequest, "format",
                "\(planes) planes of \(description.type) cannot be PNG: ask for one plane of uint8 or uint16, or as npy"
            )
        }
    }

    private static func picture(_ pixels: PixelBuffer, _ image: ServedImage) -> RenderedPicture {
        let width = pixels.shape[image.x], height = pixels.shape[image.y], area = width * height
        guard pixels.count == 3 * area else {
            return RenderedPicture(
                width: width, height: height, layout: pixels.type.size == 2 ? .gray16 : .gray8, bytes: pixels.bytes)
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: 3 * area) { target, filled in
            for index in 0..<area {
                for sample in 0..<3 { target[3 &* index &+ sample] = pixels.bytes[sample &* area &+ index] }
            }
            filled = 3 * area
        }
        return RenderedPicture(width: width, height: height, layout: .rgb8, bytes: bytes)
    }
}

extension HTTPField.Name {
    fileprivate static let axes = HTTPField.Name("X-Axes")!
    fileprivate static let shape = HTTPField.Name("X-Shape")!
    fileprivate static let type = HTTPField.Name("X-Type")!
}
