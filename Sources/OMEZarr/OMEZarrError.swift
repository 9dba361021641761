public import Zarr

/// What went wrong with an image's meaning: its metadata, its levels, or the picture asked of it.
///
/// Failures of stores, arrays and codecs stay ``ZarrError``s.
public struct OMEZarrError: Error, Sendable, CustomStringConvertible {
    /// Whose fault it is. A struct, so that new codes never break a client's switch.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case notFound, notAnImage, corrupt, unsupported, invalidCall, ioFailure, limitExceeded
        }
        private let value: Value

        /// Nothing is stored there.
        public static let notFound = Code(value: .notFound)
        /// Something else than an image is stored there: a plate, a collection of series, a plain array.
        public static let notAnImage = Code(value: .notAnImage)
        /// The metadata breaks the specification beyond what can be read with goodwill.
        public static let corrupt = Code(value: .corrupt)
        /// The data may be sound, but this library or the target format cannot express it.
        public static let unsupported = Code(value: .unsupported)
        /// The caller asked for something impossible.
        public static let invalidCall = Code(value: .invalidCall)
        /// The machine failed.
        public static let ioFailure = Code(value: .ioFailure)
        /// Doing it would take more memory than allowed.
        public static let limitExceeded = Code(value: .limitExceeded)

        /// The code's name.
        public var description: String { value.rawValue }
    }

    /// Whose fault it is.
    public var code: Code
    /// What, where and how to fix it, in one sentence or two.
    public var message: String
    /// The key the error is about, where there is one.
    public var key: StoreKey?
    /// The error that caused this one.
    public var cause: (any Error)?

    /// Builds an error; `message` says what, where and how to fix it.
    public init(_ code: Code, _ message: String, key: StoreKey? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.key = key
        self.cause = cause
    }

    /// The message, then the messages of its causes.
    public var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}
