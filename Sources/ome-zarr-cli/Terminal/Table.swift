/// Rows of text in aligned columns.
struct Table {
    private var rows: [[String]] = []
    private let header: [String]

    init(_ header: [String]) { self.header = header }

    mutating func add(_ row: [String]) { rows.append(row.map(VisibleText.line)) }

    /// The lines, columns two blanks apart; columns without any content are left out.
    func lines(indent: String = "  ", _ style: Style) -> [String] {
        let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        let widths = used.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ row: [String]) -> String {
            var text = indent
            for (column, width) in zip(used, widths) {
                text += row[column] + String(repeating: " ", count: width - row[column].count + 2)
            }
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        return [style.faint(line(header))] + rows.map(line)
    }
}
