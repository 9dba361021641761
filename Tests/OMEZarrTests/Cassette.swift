import Zarr

/// A recorded conversation with a web server, in the YAML of vcrpy: what was asked for and what came.
enum Cassette {
    /// The JSON documents of a recording by the paths of their addresses; other answers are left out.
    static func documents(_ text: String) -> [String: JSONValue] {
        var documents = [String: JSONValue](), address: String?
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst() {
            let line = line.drop { $0 == " " }
            if line.hasPrefix("uri: ") { address = path(line.dropFirst(5)) }
            guard line.hasPrefix("string:") else { continue }
            var scalar = String(line.dropFirst(7).drop { $0 == " " })
            // A quoted scalar goes on until its closing quote; what is not quoted is no JSON.
            while scalar.isEmpty || !isWhole(scalar), let next = lines.popFirst() {
                scalar += (scalar.isEmpty ? "" : "\n") + next.drop { $0 == " " }
            }
            if let address, let json = try? JSONValue.parse(unquoted(scalar)) { documents[address] = json }
        }
        return documents
    }

    /// The path of an address, without its host.
    private static func path(_ address: Substring) -> String {
        let text = address.filter { $0 != "'" && $0 != "\"" }
        return text.split(separator: "/", omittingEmptySubsequences: true).dropFirst(2).joined(separator: "/")
    }

    private static func isWhole(_ scalar: String) -> Bool {
        guard let quote = scalar.first, quote == "'" || quote == "\"" else { return true }
        let inner = scalar.dropFirst()
        if quote == "'" { return inner.reversed().prefix { $0 == "'" }.count % 2 == 1 }
        return inner.hasSuffix("\"") && inner.dropLast().reversed().prefix { $0 == "\\" }.count % 2 == 0
    }

    /// The text of a quoted scalar: ends of lines fold into blanks, empty lines into ends of lines.
    private static func unquoted(_ scalar: String) -> String {
        guard let quote = scalar.first, quote == "'" || quote == "\"" else { return scalar }
        var text = "", isEscaped = false, pending = 0
        for character in scalar.dropFirst().dropLast() {
            if character == "\n" {
                if isEscaped { isEscaped = false } else { pending += 1 }
                continue
            }
            if pending > 0 { text += pending == 1 ? " " : String(repeating: "\n", count: pending - 1) }
            pending = 0
            if isEscaped {
                text.append(escapes[character] ?? character)
                isEscaped = false
            } else if character == (quote == "'" ? "'" : "\\") {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    private static let escapes: [Character: Character] = ["n": "\n", "t": "\t", "r": "\r"]
}
