import OMEZarr
import Zarr

/// The OME-XML images came with, which still says of them what they say themselves.
struct SourceXML: Sendable {
    private let text: String
    private let document: OMEXML

    /// The number of each image in the document.
    private let numbers: [Int]

    /// - Parameters:
    ///   - positions: of each image among all of the input, and how many these are.
    ///   - isPlate: whether the images are those of a plate.
    /// - Throws: ``TiffError`` with code `.damaged` where it is no XML, ``OMEZarrError`` with code `.corrupt` where it
    ///   describes other images than the input has, has them in another order, or says other things of them.
    init(_ xml: [UInt8], _ images: [ImageDescription], positions: OMETiffExport.Positions, isPlate: Bool) throws {
        document = try OMEXMLParser.parse(xml)
        text = OMEXMLMetadataOnly.text(xml)
        numbers = positions.numbers
        let isOrdered = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        guard document.images.count == positions.total, isOrdered, numbers.allSatisfy(document.images.indices.contains)
        else {
            throw OMEZarrError(
                .corrupt, "it describes \(document.images.count) images, and there are \(positions.total)")
        }
        if isPlate && document.plates.isEmpty { throw OMEZarrError(.corrupt, "it knows nothing of the plate") }
        for (number, image) in zip(numbers, images) {
            guard let difference = document.images[number].difference(from: image) else { continue }
            throw OMEZarrError(.corrupt, "it says other \(difference) of image \(number) than the image does")
        }
    }

    /// Samples a page of an exported image has; nil where the document does not say.
    ///
    /// - Parameter isRGB: whether the image is a photograph, whose pages hold red, green and blue side by side.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where its channels do not have as many as the image.
    func samples(_ index: Int, isRGB: Bool) throws -> Int? {
        let image = document.images[numbers[index]]
        guard let samples = image.channels.first?.samples else { return nil }
        if isRGB && samples == 1 {
            throw OMEZarrError(.corrupt, "it says that red, green and blue of image \(index) lie in pages of their own")
        }
        guard image.channels.allSatisfy({ $0.samples == samples }),
            samples == 1 || samples.saturatingMultiplied(by: image.channels.count) == image.sizeC
        else {
            throw OMEZarrError(
                .corrupt, "the SamplesPerPixel of its \(image.channels.count) channels do not add up to \(image.sizeC)")
        }
        return samples
    }

    /// The document with the pixels in the pages of its own file, without the images that are not exported.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt`.
    func placed(_ pages: [OMEXMLPlacement.Pages]) throws -> String {
        var all = [OMEXMLPlacement.Pages?](repeating: nil, count: document.images.count)
        for (number, pages) in zip(numbers, pages) { all[number] = pages }
        return try OMEXMLPlacement.rewrite(text, all)
    }
}
