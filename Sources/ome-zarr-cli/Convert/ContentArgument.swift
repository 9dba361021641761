import ArgumentParser
import OMEZarr
import Pyramid

/// What the values of an image are: told, or found out by looking at some of its pixels.
enum ContentArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, intensities, labels

    /// - Parameter fileName: what the input is called, whose words may speak of labels.
    func content(of source: any ImageSource, fileName: String) -> ImageContent? {
        switch self {
        case .auto: ContentProbe.content(of: source, fileName: fileName)
        case .intensities: ImageContent(isLabels: false, reason: "as --kind says")
        case .labels: ImageContent(isLabels: true, reason: "as --kind says")
        }
    }
}
