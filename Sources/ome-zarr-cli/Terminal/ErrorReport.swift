import ArgumentParser
import Pyramid

/// A call that cannot work, such as an index beyond its axis.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A call that makes sense, but not as things stand: the output exists.
struct Refusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Turns whatever stopped a command into one sentence and an exit status.
enum ErrorReport {
    /// Says what happened on standard error.
    ///
    /// - Returns: what to tell the shell.
    static func report(_ error: any Error) -> ExitStatus {
        switch error {
        case is Interruption, is CancellationError:
            Output.note("ome-zarr: interrupted")
            return .interrupted
        case let error as PyramidError where error.code == .cancelled:
            Output.note("ome-zarr: interrupted")
            return .interrupted
        case let error as PyramidError where error.code == .invalidOption:
            Output.note("ome-zarr: error: \(sentence(error))")
            return .usage
        case let usage as UsageError:
            Output.note("ome-zarr: error: \(usage)")
            return .usage
        default:
            Output.note("ome-zarr: error: \(sentence(error))")
            return .failed
        }
    }

    /// The error's text on one line, with its end.
    private static func sentence(_ error: any Error) -> String {
        let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
