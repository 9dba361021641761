import HTTPTypes
import Hummingbird
import NIOCore

/// Answers every request: takes it apart, lets an endpoint work on it on a thread that may block, and sends what comes
/// out, piece by piece where it is large.
struct ServiceResponder: HTTPResponder {
    typealias Context = ServiceContext

    let routes: Routes
    let workers: WorkerQueue
    let metrics: ServiceMetrics
    let token: AccessToken?
    let log: AccessLog
    /// Told each line of the log.
    let print: @Sendable (String) -> Void
    /// Whether the server itself speaks TLS.
    let isSecure: Bool

    func respond(to request: Request, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response, endpoint = "none"
        do {
            let parsed = try ServiceRequest(request, context, isSecure: isSecure)
            endpoint = routes.name(of: parsed.path)
            response = try await answer(parsed)
        } catch {
            response = failure(error, request)
        }
        CrossOrigin.allow(&response.headers)
        let elapsed = ContinuousClock.now - start
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        let bytes = response.body.contentLength ?? 0, status = response.status.code
        metrics.count(endpoint, status: status, seconds: seconds, bytes: bytes)
        if let line = log.line(request.method, request.uri.string, status: status, bytes: bytes, seconds: seconds) {
            print(line)
        }
        return response
    }

    private func answer(_ request: ServiceRequest) async throws -> Response {
        switch request.method {
        case .get, .head: break
        case .options: return CrossOrigin.preflight
        default:
            throw ServiceError(.methodNotAllowed, "method", "this service only reads: use GET, HEAD or OPTIONS")
        }
        if !routes.isPublic(request.path) { try token?.check(request) }
        let routes = routes
        if let answer = routes.answerAtOnce(request) {
            let prepared = try PreparedResponse(answer, to: request)
            if let body = prepared.bodyAtOnce() {
                return Response(prepared.head, body: ResponseBody(byteBuffer: body))
            }
        }
        let (prepared, first) = try await workers.answer(request.client, while: request.isWanted) {
            let prepared = try PreparedResponse(routes.answer(request), to: request)
            let isSmall = prepared.count <= PreparedResponse.pieceBytes
            return (prepared, isSmall ? try prepared.wholeBody() : nil)
        }
        guard let first else { return Response(prepared.head, body: stream(prepared, request.isWanted)) }
        return Response(prepared.head, body: ResponseBody(byteBuffer: first))
    }

    /// A body read piece by piece, each when the one before has gone out.
    private func stream(
        _ prepared: PreparedResponse, _ isWanted: @escaping @Sendable () -> Bool
    ) -> ResponseBody {
        let workers = workers
        return ResponseBody(contentLength: prepared.count) { writer in
            for piece in prepared.pieces {
                let buffer = try await workers.run(while: isWanted) {
                    var buffer = ByteBufferAllocator().buffer(capacity: piece.count)
                    try prepared.append(piece, to: &buffer)
                    return buffer
                }
                try await writer.write(buffer)
            }
            try await writer.finish(nil)
        }
    }

    private func failure(_ error: any Error, _ request: Request) -> Response {
        let answer = ServiceError(error).answer
        var head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        head.headerFields[.contentType] = answer.type
        head.headerFields[.cacheControl] = answer.lifetime.cacheControl
        var body = ByteBuffer()
        if let content = answer.content as? BytesContent { body.writeBytes(content.bytes) }
        head.headerFields[.contentLength] = String(body.readableBytes)
        return Response(head, body: request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: body))
    }
}

extension Response {
    fileprivate init(_ head: HTTPResponse, body: ResponseBody) {
        self.init(status: head.status, headers: head.headerFields, body: body)
        headers[.contentLength] = head.headerFields[.contentLength]
    }
}

/// What lets pages from elsewhere read our answers, errors included.
///
/// - Source: WHATWG Fetch, "CORS protocol".
enum CrossOrigin {
    private static let exposed =
        "Accept-Ranges, Content-Length, Content-Range, ETag, Link, Retry-After, X-Axes, X-Shape, X-Type"

    static func allow(_ headers: inout HTTPFields) {
        headers[.accessControlAllowOrigin] = "*"
        headers[.accessControlExposeHeaders] = exposed
    }

    /// The answer to a browser that asks before it asks.
    static var preflight: Response {
        Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, HEAD, OPTIONS",
                .accessControlAllowHeaders: "Range, If-Range, If-None-Match, If-Match, Authorization, Cache-Control",
                .accessControlMaxAge: "86400", .allow: "GET, HEAD, OPTIONS",
            ])
    }
}
