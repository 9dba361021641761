import ArgumentParser

/// A path on the command line.
enum PathArgument {
    /// Refuses the empty path, which a script passes when a variable is unset.
    static func nonempty(_ path: String) throws -> String {
        guard !path.isEmpty else { throw ValidationError("the path is empty") }
        return path
    }
}
