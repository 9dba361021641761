/// How a path is written as one name of an address: "~" stands for "/"; in a name "~" is written "!~", and "!" is "!!".
///
/// So an image needs no encoding in addresses, in which an encoded slash is refused by many servers and proxies.
package enum ImageID {
    /// The id of names that follow each other in a path.
    package static func text(_ names: [String]) -> String {
        names.map { name in
            name.reduce(into: "") { text, character in
                if character == "~" || character == "!" { text.append("!") }
                text.append(character)
            }
        }.joined(separator: "~")
    }

    /// The names that an id stands for.
    package static func names(_ id: some StringProtocol) -> [String] {
        var names = [""], isEscaped = false
        for character in id {
            if isEscaped || character != "!" && character != "~" {
                names[names.count - 1].append(character)
                isEscaped = false
            } else if character == "!" {
                isEscaped = true
            } else {
                names.append("")
            }
        }
        return names.filter { !$0.isEmpty }
    }

    /// Where an id may be cut in two: the ends of what it may begin with, the longest first.
    package static func cuts(_ id: String) -> [String.Index] {
        var cuts = [String.Index](), isEscaped = false
        for index in id.indices {
            if !isEscaped && id[index] == "~" { cuts.append(index) }
            isEscaped = !isEscaped && id[index] == "!"
        }
        return cuts.reversed()
    }
}
