/// What went wrong in a store, an array or a codec, and how it may be remedied.
public struct ZarrError: Error, Sendable, CustomStringConvertible {
    /// Whose fault it is. A struct, so that new codes never break a client's switch.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String { case notFound, corrupt, unsupported, invalidCall, ioFailure, limitExceeded }
        private let value: Value

        /// Nothing is stored there.
        public static let notFound = Code(value: .notFound)
        /// The stored bytes or metadata are damaged or break the specification.
        public static let corrupt = Code(value: .corrupt)
        /// The data may be sound, but this library cannot read it.
        public static let unsupported = Code(value: .unsupported)
        /// The caller asked for something impossible.
        public static let invalidCall = Code(value: .invalidCall)
        /// The machine failed: disk full, no permission, too many files.
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
    /// The `errno` behind an ``Code/ioFailure``.
    public var errno: Int32?
    /// The error that caused this one.
    public var cause: (any Error)?

    /// Builds an error; `message` says what, where and how to fix it.
    public init(
        _ code: Code, _ message: String, key: StoreKey? = nil, errno: Int32? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.key = key
        self.errno = errno
        self.cause = cause
    }

    /// The message, then the messages of its causes.
    public var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}
