import Zarr

/// `/tiles/<image>/{z}/{x}/{y}.{png|jpg|webp}`: squares of 256 pixels as web maps cut the world, for Leaflet, OpenLayers
/// and our own page; `/tiles/<image>`: how many there are.
///
/// The query says how the image is shown, see ``StyleQuery``. Tiles at the right and lower edge are filled up to the
/// whole square, which the viewers expect: transparent, as JPEG black, or white around photographs. With `pad=0` they end
/// where the image does.
struct TilesEndpoint: Endpoint {
    let catalogue: ImageCatalogue

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        let names = Array(path)
        guard names.count == 1 || names.count == 4 else {
            throw ServiceError.notFound("tiles lie at /tiles/<image>/{z}/{x}/{y}.png, .jpg or .webp")
        }
        let image = try catalogue.image(names[0])
        let size = image.size()
        let pyramid = TilePyramid(width: size.width, height: size.height)
        guard names.count == 4 else { return Answer(json: Self.report(pyramid, image)) }
        let (row, format) = try PictureFormat.split(names[3])
        guard let zoom = Int(names[1]), let x = Int(names[2]), let y = Int(row) else {
            throw ServiceError(.badRequest, "path", "z, x and y of a tile are whole numbers")
        }
        guard let frame = pyramid.frame(zoom: zoom, x: x, y: y) else {
            throw ServiceError.notFound(
                "there is no tile \(zoom)/\(x)/\(y): the image has zooms 0 to \(pyramid.maxZoom)")
        }
        let style = try StyleQuery.style(request.query, of: image.description)
        var order = PictureOrder(try RenderJob(image, frame, style), format: format)
        order.quality = try StyleQuery.quality(request.query)
        if try request.query.flag(.pad, otherwise: true) { order.padding = (pyramid.side, pyramid.side) }
        return Answer(order, of: image, to: request)
    }

    private static func report(_ pyramid: TilePyramid, _ image: ServedImage) -> JSONValue {
        [
            "width": JSONValue(pyramid.width), "height": JSONValue(pyramid.height),
            "tileSize": JSONValue(pyramid.side), "minZoom": 0, "maxZoom": JSONValue(pyramid.maxZoom),
            "tiles": .string("/tiles/\(Percent.encoded(image.id))/{z}/{x}/{y}.png"),
        ]
    }
}

extension PictureFormat {
    /// Takes a name such as "3.jpg" apart.
    ///
    /// - Throws: ``ServiceError`` with status 400 where it does not end in a format there is.
    static func split(_ name: String) throws -> (stem: String, format: PictureFormat) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let format = PictureFormat(named: parts[1]) else {
            throw ServiceError(.badRequest, "format", "\"\(name)\" names no format: end it in .png, .jpg or .webp")
        }
        return (String(parts[0]), format)
    }
}
