/// How a path is written as one name of an address: "~" stands for "/", and "~~" for a "~" in a name.
///
/// So an image needs no encoding in addresses, in which an encoded slash is refused by many servers and proxies.
package enum ImageID {
    /// The id of names that follow each other in a path.
    package static func text(_ names: [String]) -> String {
        names.map { $0.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~~") }
            .joined(separator: "~")
    }

    /// The names that an id stands for.
    package static func names(_ id: some StringProtocol) -> [String] {
        var names = [""], iterator = id.makeIterator(), next = iterator.next()
        while let character = next {
            next = iterator.next()
            if character != "~" {
                names[names.count - 1].append(character)
            } else if next == "~" {
                names[names.count - 1].append("~")
                next = iterator.next()
            } else {
                names.append("")
            }
        }
        return names.filter { !$0.isEmpty }
    }

    /// Where an id may be cut in two: the ends of what it may begin with, the longest first.
    package static func cuts(_ id: String) -> [String.Index] {
        var cuts = [String.Index](), index = id.startIndex
        while index < id.endIndex {
            let after = id.index(after: index)
            if id[index] == "~" {
                if after < id.endIndex, id[after] == "~" {
                    index = id.index(after: after)
                    continue
                }
                cuts.append(index)
            }
            index = after
        }
        return cuts.reversed()
    }
}
