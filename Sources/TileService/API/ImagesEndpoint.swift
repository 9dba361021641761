import OMEZarr
import Zarr

/// `/api/images`: what there is; `/api/images/<image>`: all about one; and below it its regions, histograms, thumbnail.
struct ImagesEndpoint: Endpoint {
    let catalogue: ImageCatalogue
    private let list: ImageList

    init(catalogue: ImageCatalogue) {
        self.catalogue = catalogue
        list = ImageList(catalogue)
    }

    /// What there is of an image.
    enum Part: String, CaseIterable { case histogram, region, thumbnail }

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        let names = Array(path)
        guard names.first == "images", names.count <= 3 else {
            throw ServiceError.notFound("there is nothing at this address: see /api/images")
        }
        guard names.count > 1 else { return Answer(json: .array(list.entries)) }
        let image = try catalogue.image(names[1])
        guard names.count > 2 else { return Answer(json: try ImageReport.full(image, catalogue.place(of: names[1]))) }
        switch Part(rawValue: names[2]) {
        case .histogram: return try HistogramAnswer.answer(request, image)
        case .region: return try RegionAnswer.answer(request, image)
        case .thumbnail: return try ThumbnailAnswer.answer(request, image)
        case nil: throw ServiceError.notFound("there is no \"\(names[2])\" of an image: see /openapi.json")
        }
    }
}
