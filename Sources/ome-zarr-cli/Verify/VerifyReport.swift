import Pyramid
import Zarr

/// What a check found, for people and for programs.
struct VerifyReport {
    let path: String
    let json: Bool
    let quiet: Bool

    /// Prints the findings and a summary.
    func print(_ check: OutputCheck) {
        printFindings(check)
        if json { return printSummary(check) }
        let style = Style()
        for remark in check.remarks where !quiet { Output.note("ome-zarr: \(path): \(remark)") }
        if quiet { return }
        let count = check.found.count
        let verdict =
            count == 0
            ? style.good("nothing wrong")
            : style.bad(count == 1 ? "1 object is not sound" : "\(count) objects are not sound")
        Output.line("\(path): \(verdict)")
    }

    /// Prints a line for each object in which something was found.
    func printFindings(_ check: OutputCheck) {
        let style = Style()
        for finding in check.found.list {
            if json {
                JSONLines.print("finding", [("key", .string(finding.key.path)), ("message", .string(finding.message))])
            } else {
                Output.line("\(style.strong(finding.key.description)): \(finding.message)")
            }
        }
    }

    private func printSummary(_ check: OutputCheck) {
        JSONLines.print(
            "summary",
            [
                ("path", .string(path)), ("sound", .bool(check.found.count == 0)),
                ("findings", JSONValue(check.found.count)), ("manifest", .bool(check.manifest != nil)),
                ("remarks", JSONValue(strings: check.remarks)),
            ])
    }
}
