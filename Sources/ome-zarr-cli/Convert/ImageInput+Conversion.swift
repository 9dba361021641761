import OMEZarr
import TiffIngest
import Zarr

extension ImageInput {
    /// The images to convert: all of them, or the one asked for.
    func images(series: Int?) throws -> [any ImageSource] {
        if let series { return [try image(series: series)] }
        switch self {
        case .tiff(let document): return document.series
        case .zarr(let store, let identification):
            guard case .bioFormats2Raw = identification.kind else { return [try image(series: 0)] }
            return try OMEZarrImage.openAll(store)
        }
    }

    /// What was ignored and why, one sentence each.
    var warnings: [String] {
        guard case .tiff(let document) = self else { return [] }
        return document.warnings
    }

    /// The OME-XML the image came with, verbatim; nil where there is none.
    var omeXML: String? {
        guard case .tiff(let document) = self else { return nil }
        return document.omeXML
    }
}
