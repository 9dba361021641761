import HTTPTypes
import OMEZarr
import Pyramid
import TiffIngest
import Zarr

/// Why a request is not answered as asked: an HTTP status, a word for programs and a sentence for people.
package struct ServiceError: Error {
    let status: HTTPResponse.Status
    /// A word for programs, such as "no-image".
    let code: String
    /// What, where, and what would do.
    let message: String
    /// Seconds after which it may be asked for again; nil where asking again does not help.
    var retryAfter: Int?

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// There is no such thing.
    static func notFound(_ message: String) -> ServiceError { ServiceError(.notFound, "not-found", message) }

    /// A parameter is malformed, or asks for what there is not.
    static func wrong(_ name: String, _ text: some StringProtocol, _ remedy: String) -> ServiceError {
        ServiceError(.badRequest, "parameter", "\(name)=\(text.prefix(64)) cannot be answered: \(remedy)")
    }

    /// What an error of the libraries means to a client.
    init(_ error: any Error) {
        switch error {
        case let error as ServiceError: self = error
        case let error as OMEZarrError: self.init(error)
        case let error as ZarrError: self.init(error)
        case let error as TiffError: self.init(error)
        case is OnDemandPyramid.Unwanted: self.init(.clientGone, "unwanted", "the client has gone")
        default: self.init(.internalServerError, "internal", "\(error)")
        }
    }

    private init(_ error: OMEZarrError) {
        switch error.code {
        case .notFound: self = .notFound(error.message)
        case .invalidCall: self.init(.badRequest, "invalid-request", error.message)
        case .limitExceeded: self.init(.badRequest, "too-large", error.message)
        case .notAnImage: self.init(.notFound, "no-image", error.message)
        case .unsupported: self.init(.notImplemented, "unsupported", error.message)
        default: self.init(.internalServerError, "damaged", error.message)
        }
    }

    private init(_ error: ZarrError) {
        switch error.code {
        case .notFound: self = .notFound(error.message)
        case .invalidCall: self.init(.badRequest, "invalid-request", error.message)
        case .limitExceeded: self.init(.badRequest, "too-large", error.message)
        case .unsupported: self.init(.notImplemented, "unsupported", error.message)
        default: self.init(.internalServerError, "damaged", error.message)
        }
    }

    private init(_ error: TiffError) {
        switch error.code {
        case .unsupported: self.init(.notImplemented, "unsupported", error.message)
        case .invalidCall: self.init(.badRequest, "invalid-request", error.message)
        default: self.init(.internalServerError, "damaged", error.message)
        }
    }

    /// As an answer: `{"error": {"code": …, "message": …}}`.
    var answer: Answer {
        var answer = Answer(json: ["error": ["code": .string(code), "message": .string(message)]], lifetime: .none)
        answer.status = status
        if let retryAfter { answer.headers[.retryAfter] = String(retryAfter) }
        // RFC 9110, sections 11.6.1 and 15.5.6.
        if status == .unauthorized { answer.headers[.wwwAuthenticate] = "Bearer" }
        if status == .methodNotAllowed { answer.headers[.allow] = "GET, HEAD, OPTIONS" }
        return answer
    }
}

extension HTTPResponse.Status {
    /// Nobody reads it; statistics and logs tell by it who went from what failed. As nginx has it.
    static let clientGone = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
}
