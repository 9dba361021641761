import HTTPTypes
import Hummingbird

/// What a client asks for, taken apart.
struct ServiceRequest: Sendable {
    let method: HTTPRequest.Method
    let path: RequestPath
    let query: RequestQuery
    /// The same as it was sent, with its "?"; empty where there is none.
    let queryText: String
    let headers: HTTPFields
    /// The scheme and host the client reached us by, as in `https://images.example.org`: what a proxy says it was, else
    /// what the request says.
    let origin: String
    /// Who asks, by address.
    let client: String
    /// False once the client has gone, and work for it can end.
    let isWanted: @Sendable () -> Bool

    /// - Parameter isSecure: whether this server itself speaks TLS.
    /// - Throws: ``ServiceError`` with status 400 where the request is malformed.
    init(_ request: Request, _ context: ServiceContext, isSecure: Bool) throws {
        method = request.method
        path = try RequestPath(request.uri.path)
        query = try RequestQuery(request.uri.query)
        queryText = request.uri.query.map { "?" + $0 } ?? ""
        headers = request.headers
        let forwarded = request.headers[.forwardedProto].map { $0 == "https" ? "https" : "http" }
        let host = request.headers[.forwardedHost] ?? request.head.authority ?? "127.0.0.1"
        client = context.client(forwarded: request.headers[.forwardedFor])
        isWanted = context.isWanted
        origin = "\(forwarded ?? (isSecure ? "https" : "http"))://\(Self.safe(host))"
    }

    /// A host name as far as it is one: it goes into documents.
    private static func safe(_ host: String) -> String {
        String(host.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-.:[]_".contains($0)) })
    }
}

extension HTTPField.Name {
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let forwardedHost = HTTPField.Name("X-Forwarded-Host")!
}
