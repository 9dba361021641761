import OMEZarr
import TiffIngest
import Zarr

/// What a path on the command line turned out to be.
enum ImageInput {
    /// A file of the TIFF family.
    case tiff(TiffDocument)
    /// A folder or archive with the metadata of Zarr or N5.
    case zarr(StorePath, Identification)

    /// Looks at what lies at a path: folders and archives are Zarr, other files are TIFF.
    static func open(_ path: String) throws -> ImageInput {
        guard let place = try StorePath(path) else { return .tiff(try TiffDocument.open(path: path)) }
        try place.refuseUnfinished(path)
        return .zarr(place, try ImageKind.identify(place.store, place.key))
    }

    /// One image of it.
    ///
    /// - Parameter series: which one where there are several.
    func image(series: Int) throws -> any ImageSource {
        switch self {
        case .tiff(let document):
            guard document.series.indices.contains(series) else { throw Self.noSeries(series, document.series.count) }
            return document.series[series]
        case .zarr(let place, let identification):
            if case .bioFormats2Raw = identification.kind {
                let keys = try OMEZarrImage.imageKeys(place.store, place.key)
                guard keys.indices.contains(series) else { throw Self.noSeries(series, keys.count) }
                return try OMEZarrImage.open(place.store, keys[series])
            }
            guard series == 0 else { throw Self.noSeries(series, 1) }
            if identification.kind == .array { return try array() }
            return try N5Image(place.store, place.key) ?? OMEZarrImage.open(place.store, place.key)
        }
    }

    /// A plain array as an image.
    ///
    /// - Parameter axes: what its axes are; nil: what it says itself.
    func array(axes: [Axis]? = nil) throws -> any ImageSource {
        guard case .zarr(let place, let identification) = self, identification.kind == .array else {
            throw UsageError("--axes is for plain arrays: an image says what its axes are")
        }
        let group = identification.zarrFormat == .n5 ? try place.groupAttributes() : [:]
        return try ZarrArrayImage(ZarrArray.open(place.store, place.key), axes: axes, in: group, named: place.name)
    }

    /// The elements of one level of one image, or of an array, whatever its type and number of axes.
    func elements(series: Int, level: Int) throws -> ElementSource {
        if case .zarr(let place, let identification) = self, identification.kind == .array, series == 0, level == 0 {
            return ElementSource(try ZarrArray.open(place.store, place.key))
        }
        return try ElementSource(image(series: series), level: level)
    }

    private static func noSeries(_ series: Int, _ count: Int) -> UsageError {
        UsageError("there is no series \(series): the input has \(count), numbered from 0")
    }
}
