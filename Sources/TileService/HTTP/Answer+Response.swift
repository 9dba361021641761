import HTTPTypes
import Hummingbird
import NIOCore

/// Which bytes of an answer go out, under which head: conditions, ranges and HEAD applied.
///
/// - Source: RFC 9110, sections 13 (conditions) and 14 (ranges).
struct PreparedResponse: Sendable {
    var head: HTTPResponse
    /// What is sent, in order: bytes made here, and parts of the content.
    var body: [Piece]
    /// Where the parts come from.
    private(set) var content: any AnswerContent

    enum Piece: Sendable {
        case text(String)
        case part(Range<Int>)

        var count: Int {
            switch self {
            case .text(let text): text.utf8.count
            case .part(let range): range.count
            }
        }
    }

    /// Bytes of the body.
    var count: Int { body.reduce(0) { $0 + $1.count } }

    /// - Throws: what making the content throws.
    init(_ answer: Answer, to request: ServiceRequest) throws {
        content = answer.content
        body = []
        head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        head.headerFields[.cacheControl] = answer.lifetime.cacheControl
        guard answer.status == .ok else {
            try sendWhole(answer)
            if request.method == .head { body = [] }
            return
        }
        let tag = "\"\(content.tag)\""
        head.headerFields[.eTag] = tag
        head.headerFields[.acceptRanges] = "bytes"
        var tags = [tag]
        if GzippedContent.suits(answer.type) {
            tags.append("\"\(GzippedContent.tag(of: content))\"")
            head.headerFields[.vary] = [head.headerFields[.vary], "Accept-Encoding"].compactMap(\.self)
                .joined(separator: ", ")
        }
        if let wanted = request.headers[.ifMatch], !tags.contains(where: { Self.matches(wanted, $0, isStrong: true) }) {
            head.status = .preconditionFailed
            head.headerFields[.contentLength] = "0"
            return
        }
        if let known = tags.first(where: { Self.matches(request.headers[.ifNoneMatch], $0) }) {
            head.status = .notModified
            head.headerFields[.eTag] = known
            return
        }
        // Parts are of the document itself.
        // RFC 9110, section 14.2: only of GET.
        let range = request.method == .get ? request.headers[.range] : nil
        if tags.count > 1, range == nil, GzippedContent.isAccepted(request.headers[.acceptEncoding]),
            let gzipped = try GzippedContent.made(of: content)
        {
            content = gzipped
            head.headerFields[.eTag] = tags[1]
            head.headerFields[.contentEncoding] = "gzip"
        }
        // A range is only good for the bytes that the client has the other parts of.
        let isSame = request.headers[.ifRange].map { $0 == tag } ?? true
        let size = try content.count()
        switch ByteRanges(isSame ? range : nil, size: size) {
        case .whole: try sendWhole(answer)
        case .unsatisfiable:
            head.status = .rangeNotSatisfiable
            head.headerFields[.contentRange] = "bytes */\(size)"
            head.headerFields[.contentLength] = "0"
        case .parts(let parts): send(parts, answer, size)
        }
        if request.method == .head { body = [] }
    }

    private mutating func sendWhole(_ answer: Answer) throws {
        let size = try content.count()
        body = size == 0 ? [] : [.part(0..<size)]
        head.headerFields[.contentType] = answer.type
        head.headerFields[.contentLength] = String(size)
    }

    private mutating func send(_ parts: [Range<Int>], _ answer: Answer, _ size: Int) {
        head.status = .partialContent
        func place(_ part: Range<Int>) -> String { "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)" }
        if parts.count == 1 {
            body = [.part(parts[0])]
            head.headerFields[.contentType] = answer.type
            head.headerFields[.contentRange] = place(parts[0])
        } else {
            let boundary = "part-\(content.tag)"
            for part in parts {
                body.append(
                    .text("\r\n--\(boundary)\r\nContent-Type: \(answer.type)\r\nContent-Range: \(place(part))\r\n\r\n"))
                body.append(.part(part))
            }
            body.append(.text("\r\n--\(boundary)--\r\n"))
            head.headerFields[.contentType] = "multipart/byteranges; boundary=\(boundary)"
        }
        head.headerFields[.contentLength] = String(count)
    }

    /// True where a list of tags has one, or is "*".
    ///
    /// - Parameter isStrong: whether a tag marked as weak is another, see RFC 9110, section 8.8.3.2.
    private static func matches(_ header: String?, _ tag: String, isStrong: Bool = false) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains {
            let one = $0.drop { $0 == " " }.prefix { $0 != " " }
            return one == "*" || one == tag || !isStrong && one == "W/" + tag
        }
    }
}

extension PreparedResponse {
    /// Bodies up to this many bytes are read at once, larger ones piece by piece while they are sent.
    static let pieceBytes = 1 << 20

    /// The body, whole.
    func wholeBody() throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        for piece in body { try append(piece, to: &buffer) }
        return buffer
    }

    /// The largest body that is read on a thread of the network: about as long as answering takes anyway.
    static let bytesAtOnce = 1 << 19

    /// The body, whole, where it is small and nothing has to be waited for; else nil.
    func bodyAtOnce() -> ByteBuffer? {
        guard let piece = body.first else { return ByteBuffer() }
        guard body.count == 1, case .part(let range) = piece, range.count <= Self.bytesAtOnce else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { room in
            let part = UnsafeMutableRawBufferPointer(rebasing: room[..<range.count])
            return content.readAtOnce(at: range.lowerBound, into: part) ? range.count : 0
        }
        return count == range.count ? buffer : nil
    }

    /// The pieces of the body, none larger than ``pieceBytes``.
    var pieces: [Piece] {
        body.flatMap { piece -> [Piece] in
            guard case .part(let range) = piece, range.count > Self.pieceBytes else { return [piece] }
            return stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceBytes).map {
                .part($0..<min($0 + Self.pieceBytes, range.upperBound))
            }
        }
    }

    func append(_ piece: Piece, to buffer: inout ByteBuffer) throws {
        switch piece {
        case .text(let text): buffer.writeString(text)
        case .part(let range):
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { room in
                try content.read(
                    at: range.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: room[..<range.count]))
                return range.count
            }
        }
    }
}
