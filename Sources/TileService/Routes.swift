import OMEZarr
import Pyramid

/// The first names of all paths that are answered.
enum Route: String, Sendable, CaseIterable {
    case list = ""
    case page, view
    case document = "openapi.json"
    case api, dzi, healthz, iiif, metrics, precomputed, readyz, tiles, webclient, webgateway, zarr, zarr2
}

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
        func endpoint(_ route: Route) -> any Endpoint {
            switch route {
            case .list, .page, .view: ViewerEndpoint()
            case .api: ImagesEndpoint(catalogue: catalogue)
            case .dzi: DeepZoomEndpoint(catalogue: catalogue)
            case .healthz: LivenessEndpoint()
            case .iiif: IIIFEndpoint(catalogue: catalogue)
            case .metrics: MetricsEndpoint(metrics: metrics, catalogue: catalogue, workers: workers)
            case .document: DocumentEndpoint(generator: generator)
            case .precomputed: PrecomputedEndpoint(catalogue: catalogue)
            case .readyz: ReadinessEndpoint(library: catalogue.library, workers: workers)
            case .tiles: TilesEndpoint(catalogue: catalogue)
            case .webclient, .webgateway: OMEROEndpoint(catalogue: catalogue)
            case .zarr: zarr(.v05)
            case .zarr2: zarr(.v04)
            }
        }
        endpoints = Dictionary(uniqueKeysWithValues: Route.allCases.map { ($0.rawValue, endpoint($0)) })
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
