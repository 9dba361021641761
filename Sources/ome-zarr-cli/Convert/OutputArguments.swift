import ArgumentParser
import Zarr

/// The options of `convert` that the bytes of the output depend on, each spelled in one way, in one order: by which a
/// conversion is made again.
///
/// The parser itself is asked which options there are and which of them take values, so that an option that is added
/// is remembered without anybody's doing.
enum OutputArguments {
    /// Options about how the work is done and what is said of it.
    private static let others: Set<String> = [
        "--overwrite", "--resume", "--durable", "--dry-run", "--plan", "--save-plan", "--json", "--quiet", "--threads",
        "--memory", "--help", "-h", "--version",
    ]

    private struct Option {
        var name: String
        var takesValue: Bool
        var standard: String?
    }

    /// The options of a command line that matter, sorted by name; those that only repeat the default are left out.
    ///
    /// - Parameter line: what follows the name of the command; parsed once already, so without mistakes.
    static func normalized(_ line: some Sequence<String>) -> [String] {
        let known = options()
        var found: [(name: String, value: String?)] = []
        var words = Array(line)[...]
        while let word = words.popFirst(), word != "--" {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = known[parts[0]] else { continue }
            let value = parts.count == 2 ? parts[1] : option.takesValue ? words.popFirst() : nil
            if others.contains(option.name) || (value != nil && value == option.standard) { continue }
            found.append((option.name, value))
        }
        // Sorting keeps the order of options of one name; of those the last one counts, or all of them.
        let sorted = found.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
        return sorted.flatMap { [$0.element.name] + ($0.element.value.map { [$0] } ?? []) }
    }

    /// Every spelling of every option.
    private static func options() -> [String: Option] {
        let description = try? JSONValue.parse(Array(ConvertCommand._dumpHelp().utf8))
        var options: [String: Option] = [:]
        for argument in description?["command"]?["arguments"]?.array ?? []
        where argument["kind"]?.string != "positional" {
            let names = (argument["names"]?.array ?? []).compactMap { name -> String? in
                guard let text = name["name"]?.string else { return nil }
                return (name["kind"]?.string == "long" ? "--" : "-") + text
            }
            guard let first = names.first else { continue }
            let option = Option(
                name: first, takesValue: argument["kind"]?.string == "option",
                standard: argument["defaultValue"]?.string)
            for name in names { options[name] = option }
        }
        return options
    }
}
