#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder `../shared` next to the package, which holds other people's files and is not part of the repository.
enum SharedFolder {
    static let package = PackageFolder.path

    static let conformance = package + "/../shared/conformance"

    /// False, and said so in one line, where the files are absent.
    static let hasConformance: Bool = {
        if access(conformance + "/EXPECTED_VALUES.json", R_OK) == 0 { return true }
        print("skipped: tests on other people's arrays, because ../shared/conformance is absent")
        return false
    }()
}
