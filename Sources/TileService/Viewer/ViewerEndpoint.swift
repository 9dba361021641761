import HTTPTypes

/// `/`: the page that lists the images; `/view/<image>`: the page that shows one; `/page/<file>`: what they are made of.
///
/// The pages are the same for everybody, know nothing of the images and fetch it like any other client. So they are given
/// to who has no token yet, and can ask for it.
struct ViewerEndpoint: Endpoint {
    private let pages: [String: Answer]

    init() {
        pages = Dictionary(uniqueKeysWithValues: PageFile.all.map { ($0.name, Self.answer($0)) })
    }

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        switch (request.path.names.first, path.count) {
        case (nil, _): return try page("index.html")
        case ("view", 1): return try page("view.html")
        case ("page", 1): return try page(path.first ?? "")
        default: throw ServiceError.notFound("there is no such page: the images are listed at /")
        }
    }

    private func page(_ name: String) throws -> Answer {
        guard let page = pages[name] else {
            throw ServiceError.notFound("the viewer has no file \"\(name)\": it begins at /")
        }
        return page
    }

    private static func answer(_ file: PageFile) -> Answer {
        var answer = Answer(type: file.mediaType, BytesContent(file.bytes))
        answer.headers[.contentSecurityPolicy] = policy
        answer.headers[.xContentTypeOptions] = "nosniff"
        answer.headers[.referrerPolicy] = "no-referrer"
        return answer
    }

    /// Nothing from elsewhere, nothing inline; pictures also from memory.
    ///
    /// - Source: W3C, "Content Security Policy Level 3".
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:",
        "connect-src 'self'", "base-uri 'none'", "form-action 'self'",
    ].joined(separator: "; ")
}

extension HTTPField.Name {
    /// Keeps the addresses of images, and a token in them, from the sites that links lead to.
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
