import OMEZarr
import Pyramid

/// Which endpoint answers what: the first name of a path decides.
struct Routes: Sendable {
    private let endpoints: [String: any Endpoint]

    /// - Parameter generator: this program, as documents name it.
    init(_ catalogue: ImageCatalogue, _ workers: WorkerQueue, _ metrics: ServiceMetrics, generator: Generator) {
        func zarr(_ version: OMEZarrVersion) -> ZarrEndpoint {
            ZarrEndpoint(
                library: catalogue.library, virtual: VirtualHierarchy(catalogue, version, generator: generator),
                passesThrough: version == .v05)
        }
        let viewer = ViewerEndpoint()
        endpoints = [
            "": viewer,
            "api": ImagesEndpoint(catalogue: catalogue),
            "dzi": DeepZoomEndpoint(catalogue: catalogue),
            "healthz": LivenessEndpoint(),
            "iiif": IIIFEndpoint(catalogue: catalogue),
            "metrics": MetricsEndpoint(metrics: metrics, catalogue: catalogue, workers: workers),
            "page": viewer,
            "precomputed": PrecomputedEndpoint(catalogue: catalogue),
            "readyz": ReadinessEndpoint(library: catalogue.library, workers: workers),
            "tiles": TilesEndpoint(catalogue: catalogue),
            "view": viewer,
            "webclient": OMEROEndpoint(catalogue: catalogue),
            "webgateway": OMEROEndpoint(catalogue: catalogue),
            "zarr": zarr(.v05),
            "zarr2": zarr(.v04),
        ]
    }

    /// The name of the endpoint that answers a path, for statistics; "none" where none does.
    func name(of path: RequestPath) -> String {
        let name = path.names.first ?? ""
        guard endpoints[name] != nil else { return "none" }
        return name.isEmpty ? "view" : name
    }

    /// Whether a path is answered to who shows no token: the pages, which say nothing of the images and ask for the
    /// token; and whoever watches over the process need not be told it.
    func isPublic(_ path: RequestPath) -> Bool {
        endpoints[path.names.first ?? ""] is ViewerEndpoint || path.names == ["healthz"]
    }

    /// Answers a request.
    ///
    /// - Throws: as ``Endpoint/answer(_:_:)``.
    func answer(_ request: ServiceRequest) throws -> Answer {
        guard let endpoint = endpoints[request.path.names.first ?? ""] else {
            throw ServiceError.notFound(
                "there is nothing at this address: see /api/images, or /openapi.json for all addresses there are")
        }
        return try endpoint.answer(request, request.path.dropping(1))
    }

    /// Answers a request where that waits for nothing, as ``Endpoint/answerAtOnce(_:_:)``.
    func answerAtOnce(_ request: ServiceRequest) -> Answer? {
        endpoints[request.path.names.first ?? ""]?.answerAtOnce(request, request.path.dropping(1))
    }
}
