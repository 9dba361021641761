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
        endpoints = [
            "api": ImagesEndpoint(catalogue: catalogue),
            "healthz": LivenessEndpoint(),
            "metrics": MetricsEndpoint(metrics: metrics, catalogue: catalogue, workers: workers),
            "readyz": ReadinessEndpoint(library: catalogue.library, workers: workers),
            "tiles": TilesEndpoint(catalogue: catalogue),
            "zarr": zarr(.v05),
            "zarr2": zarr(.v04),
        ]
    }

    /// The name of the endpoint that answers a path, for statistics; "none" where none does.
    func name(of path: RequestPath) -> String {
        guard let name = path.names.first, endpoints[name] != nil else { return "none" }
        return name
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
