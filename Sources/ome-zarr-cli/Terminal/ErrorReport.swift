import ArgumentParser
import Pyramid
import TiffIngest
import Zarr

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

/// Work that stopped after it had begun to write.
struct IncompleteOutput: Error {
    /// What can be made of what is there.
    enum Remains {
        case conversion, repair, nothing
    }

    let path: String
    let cause: any Error
    let remains: Remains

    /// How things stand, and how to go on.
    var remark: String {
        switch remains {
        case .conversion where isLasting:
            "; \(path) is incomplete and no image, and --resume would meet the same again: convert a sound input with "
                + "--overwrite"
        case .conversion:
            "; \(path) is incomplete and no image yet: run the same command with --resume to go on, or with --overwrite "
                + "to start anew"
        case .repair: "; \(path) is not whole yet, run the same command again to go on"
        case .nothing: "; \(path) is incomplete and no image yet, --overwrite replaces it"
        }
    }
}

extension IncompleteOutput {
    /// Whether the cause lies in the input, so that going on would end in it again.
    private var isLasting: Bool {
        switch cause {
        case let error as TiffError: error.code != .ioFailure
        case let error as ZarrError: [.corrupt, .unsupported, .limitExceeded].contains(error.code)
        default: false
        }
    }
}

/// A command that prints objects for programs where asked to.
protocol PrintsJSON {
    var json: Bool { get }
}

/// Turns whatever stopped a command into one sentence and an exit status.
enum ErrorReport {
    /// Says what happened on standard error.
    ///
    /// - Parameter json: says it on standard output too, as an object.
    /// - Returns: what to tell the shell.
    static func report(_ error: any Error, json: Bool) -> ExitStatus {
        // Whoever reads us has seen enough: `ome-zarr read x -o - | head` is a success.
        if error is Output.Stopped { return .done }
        var error = error, remark = ""
        if let incomplete = error as? IncompleteOutput {
            error = incomplete.cause
            remark = incomplete.remark
        }
        let status = status(of: error)
        let message = (status == .interrupted ? "interrupted" : sentence(error)) + remark
        Output.note("ome-zarr: " + (status == .interrupted ? "" : "error: ") + message)
        if json { printJSON(message, status.rawValue) }
        return status
    }

    /// Says what is wrong with a command line.
    ///
    /// - Parameter text: the parser's own, with the usage behind it; its "Error:" gives way to the words of all others.
    static func reportUsage(_ text: String) {
        let own = "Error: "
        Output.note("ome-zarr: error: " + (text.hasPrefix(own) ? text.dropFirst(own.count) : text[...]))
    }

    /// Prints an error as an object.
    static func printJSON(_ message: String, _ status: Int32) {
        JSONLines.print("error", [("message", .string(message)), ("status", JSONValue(Int(status)))])
    }

    private static func status(of error: any Error) -> ExitStatus {
        switch error {
        case is Interruption, is CancellationError: .interrupted
        case is UsageError: .usage
        case let error as PyramidError where error.code == .cancelled: .interrupted
        case let error as PyramidError where error.code == .invalidOption: .usage
        default: .failed
        }
    }

    /// The error's text on one line, without its end.
    private static func sentence(_ error: any Error) -> String {
        let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
