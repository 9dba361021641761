/// What went wrong with a TIFF file, and how it may be remedied.
public struct TiffError: Error, Sendable, CustomStringConvertible {
    /// Whose fault it is. A struct, so that new codes never break a client's switch.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String { case notTIFF, damaged, unsupported, invalidCall, ioFailure, limitExceeded }
        private let value: Value

        /// The file is something else than a TIFF.
        public static let notTIFF = Code(value: .notTIFF)
        /// The file breaks the format, or ends too early.
        public static let damaged = Code(value: .damaged)
        /// The file may be sound, but this library cannot read it.
        public static let unsupported = Code(value: .unsupported)
        /// The caller asked for something impossible.
        public static let invalidCall = Code(value: .invalidCall)
        /// The machine failed: no such file, no permission, a broken disk.
        public static let ioFailure = Code(value: .ioFailure)
        /// Doing it would take more memory than ``TiffLimits`` allows.
        public static let limitExceeded = Code(value: .limitExceeded)

        /// The code's name.
        public var description: String { value.rawValue }
    }

    /// Whose fault it is.
    public var code: Code
    /// What, where and how to fix it, in one sentence or two.
    public var message: String
    /// The file the error is about; nil until it is known.
    public var path: String?
    /// The `errno` behind an ``Code/ioFailure``.
    public var errno: Int32?

    /// Builds an error; `message` says what, where and how to fix it.
    public init(_ code: Code, _ message: String, path: String? = nil, errno: Int32? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.errno = errno
    }

    /// The file's name, then the message.
    public var description: String { path.map { "\($0): \(message)" } ?? message }

    /// The same error with the file's name, unless it already has one.
    func at(_ path: String) -> TiffError {
        var error = self
        error.path = error.path ?? path
        return error
    }

    /// The same error with the place it happened in put before its message.
    func within(_ place: String) -> TiffError {
        var error = self
        error.message = "\(place): \(message)"
        return error
    }
}
