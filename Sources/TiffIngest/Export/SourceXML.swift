import OMEZarr
import Zarr

/// The OME-XML images came with, which still says of them what they say themselves.
struct SourceXML: Sendable {
    private let text: String
    private let document: OMEXML

    /// - Parameter positions: of each image among all of the input, and how many these are.
    /// - Throws: ``TiffError`` with code `.damaged` where it is no XML, ``OMEZarrError`` with code `.corrupt` where it
    ///   describes other images than these in this order, or says other things of them.
    init(_ xml: [UInt8], _ images: [ImageDescription], positions: OMETiffExport.Positions) throws {
        document = try OMEXMLParser.parse(xml)
        text = OMEXMLMetadataOnly.text(xml)
        guard document.images.count == positions.total, positions.numbers == Array(document.images.indices) else {
            throw OMEZarrError(
                .corrupt, "it describes \(document.images.count) images, and the file has \(images.count)")
        }
        for (index, image) in images.enumerated() {
            guard let difference = document.images[index].difference(from: image) else { continue }
            throw OMEZarrError(.corrupt, "it says other \(difference) of image \(index) than the image does")
        }
    }

    /// Samples a page of an exported image has; nil where the document does not say.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where its channels do not have as many as the image.
    func samples(_ index: Int) throws -> Int? {
        let image = document.images[index]
        guard let samples = image.channels.first?.samples else { return nil }
        guard image.channels.allSatisfy({ $0.samples == samples }),
            samples == 1 || samples.saturatingMultiplied(by: image.channels.count) == image.sizeC
        else {
            throw OMEZarrError(
                .corrupt, "the SamplesPerPixel of its \(image.channels.count) channels do not add up to \(image.sizeC)")
        }
        return samples
    }

    /// The document with the pixels in the pages of its own file.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt`.
    func placed(_ pages: [OMEXMLPlacement.Pages]) throws -> String { try OMEXMLPlacement.rewrite(text, pages) }
}
