import Pyramid
import Zarr

/// `/openapi.json`: all addresses and parameters there are, for people and for programs that make clients; the file
/// `openapi.json` of this folder, with the version of the program.
///
/// - Source: OpenAPI 3.1.0.
struct DocumentEndpoint: Endpoint {
    private let content: BytesContent

    init(generator: Generator) {
        let file = PackageResources.openapi_json
        guard var document = try? JSONValue.parse(file) else {
            content = BytesContent(file)
            return
        }
        document["info"]?["version"] = .string(generator.version)
        content = BytesContent(document.serialized())
    }

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        guard path.isEmpty else { throw ServiceError.notFound("there is nothing below /openapi.json") }
        return Answer(type: "application/json", content)
    }
}
