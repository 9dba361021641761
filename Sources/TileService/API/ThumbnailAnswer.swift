/// `/api/images/<image>/thumbnail?size=256&format=jpg`: the whole image, small.
///
/// It fits into a square of `size` pixels, 16 to 2048, and is never larger than the image. The query says how the image is
/// shown, see ``StyleQuery``. Without `format`, labels are PNG, anything else JPEG.
enum ThumbnailAnswer {
    /// - Throws: ``ServiceError`` with status 400.
    static func answer(_ request: ServiceRequest, _ image: ServedImage) throws -> Answer {
        let size = try request.query.int(.size) ?? 256
        guard (16...2048).contains(size) else {
            throw ServiceError(.badRequest, "parameter", "size=\(size) cannot be made: use 16 to 2048")
        }
        var format = image.description.isLabels ? PictureFormat.png : .jpeg
        if let name = request.query[.format] {
            guard let named = PictureFormat(named: name) else {
                throw ServiceError(.badRequest, "format", "format=\(name.prefix(64)) is not made: use png, jpg or webp")
            }
            format = named
        }
        let style = try StyleQuery.style(request.query, of: image.description)
        var order = PictureOrder(try RenderJob(image, frame(of: image, size), style), format: format)
        order.quality = try StyleQuery.quality(request.query)
        return Answer(order, of: image, to: request)
    }

    /// The whole image in a square of at most `size` pixels.
    static func frame(of image: ServedImage, _ size: Int) -> RenderFrame {
        let (width, height) = image.size()
        let shrink = min(1, Double(size) / Double(max(width, height)))
        return RenderFrame(
            x: 0, y: 0, width: Double(width), height: Double(height),
            columns: max(1, Int((Double(width) * shrink).rounded())),
            rows: max(1, Int((Double(height) * shrink).rounded())))
    }
}
