import HTTPTypes

/// How a picture is packed into a file.
package enum PictureFormat: String, Sendable, CaseIterable {
    case png, jpeg, webp

    /// A format by what addresses call it; nil for any other name.
    package init?(named name: some StringProtocol) {
        switch name.lowercased() {
        case "png": self = .png
        case "jpg", "jpeg": self = .jpeg
        case "webp": self = .webp
        default: return nil
        }
    }

    /// The media type.
    var mediaType: String { "image/\(rawValue)" }

    /// Whether pixels may be transparent.
    var hasAlpha: Bool { self != .jpeg }
}
