import ArgumentParser
import OMEZarr
import Zarr

/// `ome-zarr validate`: holds an OME-Zarr, or any hierarchy of arrays, against the specification.
struct ValidateCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks an OME-Zarr against its specification, and any array or group of Zarr and N5.",
        discussion: """
            An OME-Zarr is checked with its arrays, labels, series and plates. Of plain arrays and groups the metadata are \
            checked, and that chunks lie within the grid. \
            Prints what it finds, with the place and what to do about it. Exit status 0 when there is no error (warnings are \
            allowed), 2 when there is one, or when something could not be checked: a codec or type that is unknown here, \
            a version other than 0.4, 0.5 and 0.6. With --json each line is an object whose "type" is finding, or at last summary.

            Examples:
              ome-zarr validate cells.ome.zarr
              ome-zarr validate cells.ome.zarr --json
              ome-zarr validate cells.ome.zarr/0 --pixels
            """)

    @Argument(help: "An OME-Zarr, or a group or array of Zarr or N5.", transform: PathArgument.nonempty)
    var path: String

    @Flag(help: "Decode every chunk of every array, too.")
    var pixels = false

    @Flag(help: "Print objects for programs.")
    var json = false

    func run() throws {
        guard let place = try StorePath(path) else {
            throw UsageError("\(path) is a file, but no ZIP archive: validate takes a Zarr or N5")
        }
        try place.refuseUnfinished(path)
        // What cannot be identified is damaged, and the stricter rules will say where.
        let kind = try? ImageKind.identify(place.store, place.key).kind
        let isImage = kind != .array && kind != .group
        let report = try validate(place, isImage: isImage)
        if json { printJSON(report, isImage: isImage) } else { print(report, isImage: isImage, Style()) }
        if !report.isValid { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func validate(_ place: StorePath, isImage: Bool) throws -> ValidationReport {
        let (store, key) = (place.store, place.key)
        if pixels { Interruption.listen() }
        func validateArrays() throws -> ValidationReport {
            try ZarrValidator.validate(store, key, pixels: pixels, progress: Interruption.check)
        }
        var report = try isImage ? OMEZarrValidator.validate(store, key) : validateArrays()
        if isImage && pixels { report.add(try validateArrays().findings) }
        // RFC-9 speaks of OME-Zarr alone, where it was checked with the image: in a .zip may lie anything.
        if let archive = store as? ZipStore, !isImage, path.lowercased().hasSuffix(".ozx") {
            report.add(OZXRules.findings(of: archive))
        }
        return report
    }

    private func print(_ report: ValidationReport, isImage: Bool, _ style: Style) {
        for finding in report.findings {
            let severity = finding.severity == .error ? style.bad("error") : style.doubtful("warning")
            let place = "\(finding.key)\(finding.pointer.isEmpty ? "" : "#\(finding.pointer)")"
            Output.line("\(severity)  \(style.strong(place))  \(finding.message) (rule \(finding.rule))")
            if !finding.remedy.isEmpty { Output.line("         \(finding.remedy)") }
        }
        if report.omittedCount > 0 { Output.line("… and \(Self.count(report.omittedCount, "finding")) more") }
        let verdict =
            switch report.verdict {
            case .valid: style.good("valid")
            case .invalid: style.bad("not valid")
            case .unchecked: style.doubtful("not checked")
            }
        Output.line(
            "\(path): \(verdict), \(Self.count(report.errorCount, "error")), "
                + "\(Self.count(report.warningCount, "warning")), "
                + "\(Self.count(report.visited, "group or array", "groups and arrays")) looked at"
                + (isImage ? "" : "; as plain arrays and groups, not by the rules of OME-Zarr"))
    }

    private func printJSON(_ report: ValidationReport, isImage: Bool) {
        for finding in report.findings {
            JSONLines.print(
                "finding",
                [
                    ("severity", .string(finding.severity.rawValue)), ("key", .string(finding.key.path)),
                    ("pointer", .string(finding.pointer)), ("rule", JSONValue(finding.rule)),
                    ("message", .string(finding.message)), ("remedy", .string(finding.remedy)),
                ])
        }
        JSONLines.print(
            "summary",
            [
                ("path", .string(path)), ("omeZarr", .bool(isImage)), ("valid", .bool(report.isValid)),
                ("verdict", .string(report.verdict.rawValue)),
                ("errors", JSONValue(report.errorCount)), ("warnings", JSONValue(report.warningCount)),
                ("omitted", JSONValue(report.omittedCount)), ("unchecked", JSONValue(report.uncheckedGroups)),
                ("checked", JSONValue(report.visited)),
            ])
    }

    private static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        count == 1 ? "1 \(one)" : "\(count) \(many ?? one + "s")"
    }
}
