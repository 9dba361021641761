import HTTPTypes

/// What a client must show where the service is not for everybody.
///
/// - Source: RFC 6750, "Bearer Token Usage": header and query parameter, here called `token`.
struct AccessToken: Sendable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// - Throws: ``ServiceError`` with status 401 where a request does not show it.
    func check(_ request: ServiceRequest) throws {
        let header = request.headers[.authorization].flatMap { header -> String? in
            let words = header.split(separator: " ", maxSplits: 1)
            return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
        }
        guard [header, request.query[.token]].contains(where: { $0.map(matches) ?? false }) else {
            throw ServiceError(
                .unauthorized, "token", "this service asks for a token: send \"Authorization: Bearer …\" or ?token=…")
        }
    }

    /// Takes as long wherever the first difference is.
    private func matches(_ text: String) -> Bool {
        let other = Array(text.utf8)
        var difference: UInt8 = other.count == bytes.count ? 0 : 1
        for index in bytes.indices { difference |= bytes[index] ^ (index < other.count ? other[index] : 0) }
        return difference == 0
    }
}
