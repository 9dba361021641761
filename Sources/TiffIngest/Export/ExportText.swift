import OMEZarr
import Zarr

/// The OME-XML of a file that is going to be written, and how many samples it says a page has.
struct ExportText {
    let omeXML: String
    /// Samples of each image's pages: 3 for red, green and blue side by side.
    let samples: [Int]
    /// Why the OME-XML of the source was not kept; empty where it was, or there was none.
    let warnings: [String]

    /// - Parameters:
    ///   - source: what the images came with; nil where there is nothing, or it must not be kept.
    ///   - plate: the plate whose fields they are.
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where OME-XML has no words for an image.
    init(
        _ images: [ImageDescription], source: [UInt8]?, positions: OMETiffExport.Positions, plate: Plate?,
        creator: String?
    ) throws {
        if let source {
            do {
                let xml = try SourceXML(source, images, positions: positions, isPlate: plate != nil)
                let samples = try images.enumerated().map { number, image in
                    try Self.samples(image, xml.samples(number, isRGB: image.isRGB))
                }
                omeXML = try xml.placed(Self.pages(images, samples))
                self.samples = samples
                warnings = []
                return
            } catch {
                warnings = ["the OME-XML of the source is not kept but written anew: \(error)"]
            }
        } else {
            warnings = []
        }
        samples = images.map { Self.samples($0, nil) }
        omeXML = try OMEXMLWriter.document(images, plate: plate, pixels: .tiffPages, creator: creator)
    }

    /// Samples of a page: as many as the OME-XML says, else those of a photograph.
    private static func samples(_ image: ImageDescription, _ described: Int?) -> Int {
        described ?? (image.isRGB ? image.channelCount : 1)
    }

    private static func pages(_ images: [ImageDescription], _ samples: [Int]) throws -> [OMEXMLPlacement.Pages] {
        var first = 0
        return try zip(images, samples).map { image, samples in
            let extents = try PageAxes(image).extents(image.shape)
            let count = extents[0] * (extents[1] / samples) * extents[2]
            defer { first += count }
            return .init(
                first: first, count: count, type: OMEXMLWriter.typeName(image.type, .tiffPages) ?? "",
                isInterleaved: samples > 1)
        }
    }
}
