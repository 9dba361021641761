import HTTPTypes
import Zarr

/// What an endpoint answers, before conditions, ranges and HEAD are applied to it.
struct Answer: Sendable {
    /// How long a client may use an answer without asking again.
    enum Lifetime: Sendable {
        /// Not at all: an error, a list that changes.
        case none
        /// It may keep it, but asks each time whether it changed.
        case revalidated
        /// For an hour: nothing changes under an address whose query names the version.
        case hour

        var cacheControl: String {
            switch self {
            case .none: "no-store"
            case .revalidated: "no-cache"
            case .hour: "max-age=3600"
            }
        }
    }

    var status: HTTPResponse.Status = .ok
    /// The media type.
    var type: String
    /// The body.
    var content: any AnswerContent
    var lifetime: Lifetime
    /// Further headers.
    var headers = HTTPFields()

    init(type: String, _ content: any AnswerContent, lifetime: Lifetime = .revalidated) {
        self.type = type
        self.content = content
        self.lifetime = lifetime
    }

    /// A JSON document.
    init(json: JSONValue, lifetime: Lifetime = .revalidated) {
        self.init(type: "application/json", BytesContent(json.serialized()), lifetime: lifetime)
    }

    /// A text.
    init(text: String, type: String, lifetime: Lifetime = .revalidated) {
        self.init(type: type, BytesContent(Array(text.utf8)), lifetime: lifetime)
    }

    /// Another address to ask at.
    static func redirect(to address: String) -> Answer {
        var answer = Answer(type: "text/plain; charset=utf-8", BytesContent([]), lifetime: .none)
        answer.status = .seeOther
        answer.headers[.location] = address
        return answer
    }
}

/// The bytes of an answer, of which parts may be wanted.
protocol AnswerContent: Sendable {
    /// Tells these bytes from any others at the same address: what stands between the quotes of a strong `ETag`. Known
    /// without the bytes where they are dear.
    var tag: String { get }

    /// How many there are. May have to make them.
    func count() throws -> Int

    /// Fills a buffer with the bytes from `offset` on; they are there.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws

    /// The same where nothing has to be waited for; else false.
    func readAtOnce(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool
}

extension AnswerContent {
    func readAtOnce(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool { false }
}

/// Bytes in memory.
struct BytesContent: AnswerContent {
    let bytes: [UInt8]
    let tag: String

    /// - Parameter tag: nil: made from the bytes.
    init(_ bytes: [UInt8], tag: String? = nil) {
        self.bytes = bytes
        self.tag = tag ?? Self.digest(bytes)
    }

    func count() -> Int { bytes.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    }

    func readAtOnce(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        read(at: offset, into: buffer)
        return true
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        var digest = Fingerprint()
        digest.add(bytes)
        return digest.hexadecimal
    }
}
