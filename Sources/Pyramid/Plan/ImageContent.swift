/// What the values of an image are, amounts or names, and how that is known.
///
/// Amounts of light may be averaged. The mean of the names of two objects is the name of a third.
public struct ImageContent: Sendable, Hashable {
    /// True where values name objects, as in a segmentation.
    public var isLabels: Bool
    /// How that is known, as the end of a sentence that says which of the two it is.
    public var reason: String
    /// What speaks against it, in one sentence that says what to do; nil where nothing does.
    public var doubt: String?

    /// Content, and how it is known.
    public init(isLabels: Bool, reason: String, doubt: String? = nil) {
        self.isLabels = isLabels
        self.reason = reason
        self.doubt = doubt
    }
}
