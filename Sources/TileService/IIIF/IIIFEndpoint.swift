import HTTPTypes
import Zarr

/// `/iiif/3/<image>/…` and `/iiif/2/<image>/…`: the IIIF Image API, level 2, of versions 3.0 and 2.1. Without a version,
/// 3.0 is meant.
///
/// How the image is shown may stand in the query, or, since viewers add none, behind the image: see ``ImageAddress`` and
/// ``StyleQuery``.
struct IIIFEndpoint: Endpoint {
    let catalogue: ImageCatalogue

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        var names = Array(path), prefix = "/iiif"
        var version = IIIFVersion.three
        if let named = names.first.flatMap({ Int($0) }).flatMap(IIIFVersion.init(rawValue:)) {
            version = named
            prefix += "/\(named.rawValue)"
            names.removeFirst()
        }
        guard let name = names.first else {
            throw ServiceError.notFound("name an image: \(prefix)/<image>/info.json; /api/images lists those there are")
        }
        let address = try ImageAddress(name, request, in: catalogue)
        let id = request.origin + prefix + "/" + Percent.encoded(address.text)
        switch names.count {
        case 1: return .redirect(to: id + "/info.json" + request.queryText)
        case 2 where names[1] == "info.json": return information(address, id, version, request)
        case 5: return try picture(address, id, Array(names[1...]), version, request)
        default:
            throw ServiceError.notFound(
                "there is nothing at this address: use info.json or {region}/{size}/{rotation}/{quality}.{format}")
        }
    }

    private func information(
        _ address: ImageAddress, _ id: String, _ version: IIIFVersion, _ request: ServiceRequest
    ) -> Answer {
        var answer = Answer(json: IIIFInformation.document(address.image, id: id, version))
        // Browsers show plain JSON; who asks for JSON-LD is told which.
        if request.headers[.accept]?.contains("application/ld+json") == true {
            answer.type =
                version == .three ? "application/ld+json;profile=\"\(version.context)\"" : "application/ld+json"
        }
        answer.headers[.vary] = "Accept"
        answer.headers[.link] = "<\(version.profile)>;rel=\"profile\""
        return answer
    }

    private func picture(
        _ address: ImageAddress, _ id: String, _ names: [String], _ version: IIIFVersion, _ request: ServiceRequest
    ) throws -> Answer {
        let image = address.image, size = image.size()
        let asked = try IIIFRequest(names, width: size.width, height: size.height, version)
        var style = try StyleQuery.style(address.query, of: image.description)
        if asked.quality == .gray || asked.quality == .bitonal { style.mode = .gray }
        let region = asked.region
        let frame = RenderFrame(
            x: Double(region.x), y: Double(region.y), width: Double(region.width), height: Double(region.height),
            columns: asked.size.width, rows: asked.size.height)
        var order = PictureOrder(try RenderJob(image, frame, style), format: asked.format)
        order.quality = try StyleQuery.quality(address.query)
        order.isMirrored = asked.isMirrored
        order.turns = asked.turns
        order.isBitonal = asked.quality == .bitonal
        var answer = Answer(order, of: image, to: request)
        let query = request.query.text.isEmpty ? "" : "?" + request.query.text
        answer.headers[.link] =
            "<\(version.profile)>;rel=\"profile\", <\(id)/\(asked.canonical)\(query)>;rel=\"canonical\""
        return answer
    }
}

extension HTTPField.Name {
    /// - Source: RFC 8288.
    fileprivate static let link = HTTPField.Name("Link")!
}
