import OMEZarr
import Zarr

/// `/webgateway/…`, also under `/webclient/`: the addresses by which pages made for OMERO ask for images, with our ids.
///
/// `render_image_region/<image>/<z>/<t>/`, `render_image/<image>[/<z>/<t>]/`, `render_thumbnail/<image>[/<w>[/<h>]]/`,
/// `imgData/<image>[/<key>]/`, `histogram_json/<image>/channel/<c>/`; for their parameters see ``OMEROStyle`` and
/// ``OMEROFrame``, and `q=0.8` for the quality, `format=png`, `flip=hv`.
///
/// - Source: omero-web, `webgateway` urls.
struct OMEROEndpoint: Endpoint {
    let catalogue: ImageCatalogue

    /// What can be asked for.
    enum Page: String, CaseIterable {
        case picture = "render_image", region = "render_image_region", thumbnail = "render_thumbnail"
        case overview = "render_birds_eye_view"
        case data = "imgData", histogram = "histogram_json"
    }

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        let names = Array(path)
        guard names.count >= 2 else {
            throw ServiceError.notFound("there is nothing at this address: see /webgateway/imgData/<image>/")
        }
        switch (Page(rawValue: names[0]), names.count) {
        case (.region, 4):
            let image = try catalogue.image(names[1])
            return try picture(of: image, names, OMEROFrame.frame(request.query, of: image.description), request)
        case (.picture, 2), (.picture, 4):
            let image = try catalogue.image(names[1]), size = image.size()
            let whole = RenderFrame(
                x: 0, y: 0, width: Double(size.width), height: Double(size.height), columns: size.width,
                rows: size.height)
            return try picture(of: image, names, whole, request)
        case (.thumbnail, 2...4), (.overview, 2...3):
            return try thumbnail(of: catalogue.image(names[1]), names, request)
        case (.data, 2...3): return try data(of: catalogue.image(names[1]), names)
        case (.histogram, 4) where names[2] == "channel":
            return try histogram(of: catalogue.image(names[1]), names[3], request)
        default: throw ServiceError.notFound("there is no \(names[0]) with \(names.count - 1) parts here")
        }
    }

    private func picture(
        of image: ServedImage, _ names: [String], _ frame: RenderFrame, _ request: ServiceRequest
    ) throws -> Answer {
        let plane = try names.count == 4 ? plane(names[2], names[3], image) : RenderStyle(image.description).plane
        let style = try OMEROStyle.style(request.query, z: plane.z, t: plane.t, of: image.description)
        var order = try order(image, frame, style, request)
        switch request.query[.flip] ?? "" {
        case "": break
        case "h": order.isMirrored = true
        case "v": (order.isMirrored, order.turns) = (true, 2)
        case "hv", "vh": order.turns = 2
        case let text: throw ServiceError.wrong("flip", text, "use h, v or hv")
        }
        return Answer(order, of: image, to: request)
    }

    private func thumbnail(of image: ServedImage, _ names: [String], _ request: ServiceRequest) throws -> Answer {
        let sides = names.dropFirst(2).map { Int($0) }
        guard sides.allSatisfy({ $0.map { (1...OMEROFrame.longestSide).contains($0) } ?? false }) else {
            throw ServiceError(
                .badRequest, "path", "the sides of a thumbnail are whole numbers from 1 to \(OMEROFrame.longestSide)")
        }
        let side = sides.compactMap { $0 }.min() ?? 96
        let plane = RenderStyle(image.description).plane
        let style = try OMEROStyle.style(request.query, z: plane.z, t: plane.t, of: image.description)
        return Answer(try order(image, ThumbnailAnswer.frame(of: image, side), style, request), of: image, to: request)
    }

    private func order(
        _ image: ServedImage, _ frame: RenderFrame, _ style: RenderStyle, _ request: ServiceRequest
    ) throws -> PictureOrder {
        let name = request.query[.format] ?? "jpeg"
        guard let format = PictureFormat(named: name) else {
            throw ServiceError.wrong("format", name, "use jpeg, png or webp")
        }
        var order = PictureOrder(try RenderJob(image, frame, style), format: format)
        if let quality = try request.query.double(.q) {
            guard (0...1).contains(quality) else { throw ServiceError.wrong("q", "\(quality)", "use 0 to 1") }
            order.quality = max(1, Int((quality * 100).rounded()))
        }
        return order
    }

    private func data(of image: ServedImage, _ names: [String]) throws -> Answer {
        let document = OMEROImageData.document(image)
        guard names.count == 3 else { return Answer(json: document) }
        guard let part = document[names[2]] else { throw ServiceError.notFound("imgData has no \"\(names[2])\"") }
        return Answer(json: part)
    }

    private func histogram(of image: ServedImage, _ channel: String, _ request: ServiceRequest) throws -> Answer {
        let description = image.description
        guard let channel = Int(channel), (0..<description.channelCount).contains(channel) else {
            throw ServiceError.notFound("the image has channels 0 to \(description.channelCount - 1)")
        }
        let plane = try StyleQuery.plane(request.query, of: description, (.theZ, .theT))
        let bins = try request.query.int(.bins) ?? 256
        guard (1...65536).contains(bins) else { throw ServiceError.wrong("bins", "\(bins)", "use 1 to 65536") }
        let counted = PlaneHistogram.Request(
            level: PlaneHistogram.coarseLevel(image), channel: channel, z: plane.z, t: plane.t)
        try PlaneHistogram.check(image, level: counted.level)
        let content = LazyContent(of: image, for: request, key: "histogram_json \(counted) \(bins)") {
            let counts = try PlaneHistogram(image, counted, while: $0).histogram.counts(bins: bins)
            return (["data": JSONValue(counts)] as JSONValue).serialized()
        }
        return Answer(type: "application/json", content)
    }

    /// Plane and time by their indices in the path.
    private func plane(_ z: String, _ t: String, _ image: ServedImage) throws -> (z: Int, t: Int) {
        let query = try RequestQuery("z=\(Percent.encoded(z))&t=\(Percent.encoded(t))")
        return try StyleQuery.plane(query, of: image.description)
    }
}
