import Zarr

/// `/dzi/<image>.dzi` and `/dzi/<image>_files/<level>/<column>_<row>.<format>`: DeepZoom, as OpenSeadragon and GDAL read it.
///
/// Its levels end at one pixel, whatever levels the image has. `?format=png` of the description makes the tiles PNG; the
/// rest of its query says how the image is shown, see ``StyleQuery``: OpenSeadragon repeats it for each tile.
///
/// - Source: Microsoft, "Deep Zoom File Format Overview".
struct DeepZoomEndpoint: Endpoint {
    let catalogue: ImageCatalogue

    private static let ending = ".dzi", folderEnding = "_files"

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        let names = Array(path)
        switch names.count {
        case 1 where names[0].hasSuffix(Self.ending):
            let image = try catalogue.image(String(names[0].dropLast(Self.ending.count)))
            return try Self.description(of: image, request)
        case 3 where names[0].hasSuffix(Self.folderEnding):
            let image = try catalogue.image(String(names[0].dropLast(Self.folderEnding.count)))
            return try Self.tile(of: image, level: names[1], name: names[2], request)
        default:
            throw ServiceError.notFound(
                "DeepZoom lies at /dzi/<image>.dzi and /dzi/<image>_files/<level>/<column>_<row>.jpg")
        }
    }

    private static func pyramid(_ image: ServedImage) -> TilePyramid {
        let size = image.size()
        return TilePyramid(width: size.width, height: size.height)
    }

    private static func description(of image: ServedImage, _ request: ServiceRequest) throws -> Answer {
        let pyramid = pyramid(image)
        let format = request.query[.format] ?? (image.description.isLabels ? "png" : "jpg")
        guard PictureFormat(named: format) != nil else {
            throw ServiceError(.badRequest, "format", "format=\(format.prefix(64)) is not made: use png, jpg or webp")
        }
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Image xmlns="http://schemas.microsoft.com/deepzoom/2008" TileSize="\(pyramid.side)" Overlap="0" \
            Format="\(format.lowercased())">
              <Size Width="\(pyramid.width)" Height="\(pyramid.height)"/>
            </Image>

            """
        return Answer(text: text, type: "application/xml")
    }

    private static func tile(
        of image: ServedImage, level: String, name: String, _ request: ServiceRequest
    ) throws -> Answer {
        let pyramid = pyramid(image)
        let (place, format) = try PictureFormat.split(name)
        let numbers = place.split(separator: "_", omittingEmptySubsequences: false).map { Int($0) }
        guard let level = Int(level), numbers.count == 2, let column = numbers[0], let row = numbers[1] else {
            throw ServiceError(.badRequest, "path", "a tile is called <level>/<column>_<row>.jpg, of whole numbers")
        }
        let last = lastLevel(pyramid)
        guard (0...last).contains(level), let frame = pyramid.frame(step: 1 << (last - level), x: column, y: row) else {
            throw ServiceError.notFound("there is no tile \(level)/\(column)_\(row): the levels are 0 to \(last)")
        }
        var order = PictureOrder(
            try RenderJob(image, frame, StyleQuery.style(request.query, of: image.description)), format: format)
        order.quality = try StyleQuery.quality(request.query)
        return Answer(order, of: image, to: request)
    }

    /// The level of full size: as often as the longer side is halved until it is one pixel.
    static func lastLevel(_ pyramid: TilePyramid) -> Int {
        var level = 0
        while 1 << level < max(pyramid.width, pyramid.height) { level += 1 }
        return level
    }
}
