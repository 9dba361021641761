import OMEZarr
import TiffIngest
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a path on the command line turned out to be.
enum ImageInput {
    /// A file of the TIFF family.
    case tiff(TiffDocument)
    /// A folder with Zarr metadata.
    case zarr(DirectoryStore, Identification)

    /// Looks at what lies at a path: folders are Zarr, files are TIFF.
    static func open(_ path: String) throws -> ImageInput {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            throw ZarrError(.notFound, "cannot open \(path): \(reason); check the path", errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .tiff(try TiffDocument.open(path: path)) }
        let store = try DirectoryStore(path: path, create: false)
        return .zarr(store, try ImageKind.identify(store))
    }

    /// One image of it.
    ///
    /// - Parameter series: which one where there are several.
    func image(series: Int) throws -> any ImageSource {
        switch self {
        case .tiff(let document):
            guard document.series.indices.contains(series) else { throw Self.noSeries(series, document.series.count) }
            return document.series[series]
        case .zarr(let store, let identification):
            if case .bioFormats2Raw = identification.kind {
                let keys = try OMEZarrImage.imageKeys(store)
                guard keys.indices.contains(series) else { throw Self.noSeries(series, keys.count) }
                return try OMEZarrImage.open(store, keys[series])
            }
            guard series == 0 else { throw Self.noSeries(series, 1) }
            if identification.kind == .array { return try ZarrArrayImage(ZarrArray.open(store)) }
            return try OMEZarrImage.open(store)
        }
    }

    private static func noSeries(_ series: Int, _ count: Int) -> UsageError {
        UsageError("there is no series \(series): the input has \(count), numbered from 0")
    }
}
