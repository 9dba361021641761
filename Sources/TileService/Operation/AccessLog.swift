import HTTPTypes
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A line for each request that was answered.
public enum AccessLog: String, Sendable, CaseIterable {
    /// For people: `GET /api/images 200 1234 bytes 1.2 ms`.
    case text
    /// For programs: an object with `time` (RFC 3339), `method`, `path`, `status`, `bytes` and `seconds`.
    case json
    /// No lines.
    case none

    /// The line, without its end; nil where there is none.
    ///
    /// - Parameter target: path and query as the client sent them; a token in it is not shown.
    func line(_ method: HTTPRequest.Method, _ target: String, status: Int, bytes: Int, seconds: Double) -> String? {
        let target = Self.withoutToken(target)
        switch self {
        case .none: return nil
        case .text:
            let tenths = Int((seconds * 10_000).rounded())
            return "\(method) \(Self.printable(target)) \(status) \(bytes) bytes \(tenths / 10).\(tenths % 10) ms"
        case .json:
            let line: JSONValue = [
                "time": .string(Self.now), "method": .string(method.rawValue), "path": .string(target),
                "status": JSONValue(status), "bytes": JSONValue(bytes), "seconds": JSONValue(seconds),
            ]
            return line.description
        }
    }

    private static func withoutToken(_ target: String) -> String {
        guard let question = target.firstIndex(of: "?") else { return target }
        let parts = target[target.index(after: question)...].split(separator: "&", omittingEmptySubsequences: false)
        return target[...question]
            + parts.map { isToken($0) ? "token=…" : String($0) }.joined(separator: "&")
    }

    /// However its name is written.
    private static func isToken(_ parameter: Substring) -> Bool {
        Percent.decoded(parameter.utf8.prefix { $0 != UInt8(ascii: "=") }).map { $0 == Array("token".utf8) } ?? false
    }

    /// Without characters that a terminal would obey.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    }

    private static var now: String {
        var seconds = time(nil), parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(two(parts.tm_hour)):"
            + "\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
