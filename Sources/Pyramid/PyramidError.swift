/// Why a pyramid cannot be planned or made.
public struct PyramidError: Error, Sendable, CustomStringConvertible {
    /// Whose fault it is.
    public struct Code: Sendable, Hashable {
        private enum Value { case invalidOption, unsupportedImage, needsMoreMemory, cancelled }
        private let value: Value

        /// The options contradict each other or the image.
        public static let invalidOption = Code(value: .invalidOption)
        /// The image is none that OME-Zarr can hold, or too large to address.
        public static let unsupportedImage = Code(value: .unsupportedImage)
        /// The memory allowed is not enough; the message says how much would be.
        public static let needsMoreMemory = Code(value: .needsMoreMemory)
        /// The caller asked to stop.
        public static let cancelled = Code(value: .cancelled)
    }

    /// Whose fault it is.
    public var code: Code
    /// What, where and how to fix it.
    public var message: String

    /// Builds an error; `message` says what, where and how to fix it.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
