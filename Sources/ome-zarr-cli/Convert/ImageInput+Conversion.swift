import OMEZarr
import Pyramid
import TiffIngest
import Zarr

extension ImageInput {
    /// The images to convert: all of them, or the one asked for.
    ///
    /// - Parameter axes: of a plain array; nil: what it says itself.
    func images(series: Int?, axes: AxesArgument? = nil) throws -> [any ImageSource] {
        if let axes { return [try array(axes: axes.axes)] }
        if let series { return [try image(series: series)] }
        switch self {
        case .tiff(let document): return document.series
        case .zarr(let place, let identification):
            guard case .bioFormats2Raw = identification.kind else { return [try image(series: 0)] }
            return try OMEZarrImage.openAll(place.store, place.key)
        }
    }

    /// What of these images is not converted and why, one sentence each.
    func warnings(of images: [any ImageSource]) -> [String] {
        if case .tiff(let document) = self { return document.warnings }
        return images.compactMap { $0 as? OMEZarrImage }.flatMap { $0.metadata.warnings }
    }

    /// The OME-XML the images came with, byte for byte; nil where there is none.
    ///
    /// Of an OME-Zarr it is what the first conversion kept.
    var omeXML: [UInt8]? {
        switch self {
        case .tiff(let document): return document.omeXML
        case .zarr(let place, _): return SourceDocuments.omeXML(of: place.store, place.key)
        }
    }
}
