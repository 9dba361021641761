/// Which endpoint answers what: the first name of a path decides.
struct Routes: Sendable {
    private let endpoints: [String: any Endpoint]

    init(_ catalogue: ImageCatalogue) {
        endpoints = [
            "api": ImagesEndpoint(catalogue: catalogue),
            "dzi": DeepZoomEndpoint(catalogue: catalogue),
            "iiif": IIIFEndpoint(catalogue: catalogue),
            "precomputed": PrecomputedEndpoint(catalogue: catalogue),
            "tiles": TilesEndpoint(catalogue: catalogue),
            "webclient": OMEROEndpoint(catalogue: catalogue),
            "webgateway": OMEROEndpoint(catalogue: catalogue),
            "zarr": ZarrEndpoint(library: catalogue.library),
        ]
    }

    /// Answers a request.
    ///
    /// - Throws: as ``Endpoint/answer(_:_:)``.
    func answer(_ request: ServiceRequest) throws -> Answer {
        guard let name = request.path.names.first, let endpoint = endpoints[name] else {
            throw ServiceError.notFound(
                "there is nothing at this address: see /api/images, or /openapi.json for all addresses there are")
        }
        return try endpoint.answer(request, request.path.dropping(1))
    }
}
