// By bytes throughout: to Swift a "/" and a combining mark behind it are one character.

extension StoreKey {
    /// True for the path of this key's object, and of every object below it.
    package func isAtOrAbove(_ path: String) -> Bool {
        if self.path.isEmpty { return true }
        let rest = path.utf8.dropFirst(self.path.utf8.count)
        return path.utf8.starts(with: self.path.utf8) && (rest.isEmpty || rest.first == UInt8(ascii: "/"))
    }
}

extension Sequence<String> {
    /// The names directly below a key, among the paths of all objects: sorted, each once. Costs a look at every path.
    func names(directlyBelow key: StoreKey) -> [String] {
        let prefix = key.path.isEmpty ? "" : key.path + "/"
        var names = Set<String>()
        for path in self where path.utf8.starts(with: prefix.utf8) {
            let below = path.utf8.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "/") }
            names.insert(String(decoding: below, as: UTF8.self))
        }
        return names.sorted()
    }
}
