/// The folder of the package, found from this file.
public enum PackageFolder {
    /// Its path.
    public static let path: String = {
        var path = #filePath[...]
        for _ in 0..<3 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return String(path)
    }()

    /// The folder beside it that holds other people's files.
    public static let shared = path + "/../shared"
}
