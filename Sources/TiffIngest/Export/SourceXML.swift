import OMEZarr
import Zarr

/// The OME-XML an image came with, and which of its images are exported.
struct SourceXML: Sendable {
    private let text: String
    private let document: OMEXML
    /// For each exported image, which of the document's it is.
    private let numbers: [Int]

    /// Finds the images in a document: by their place where the document describes all images of the input, else by
    /// their size, and their name where several have it.
    ///
    /// - Parameter positions: of each image among all of the input, and how many these are.
    /// - Throws: ``TiffError`` with code `.damaged` where it is no XML, ``OMEZarrError`` with code `.corrupt` where it
    ///   describes other images.
    init(_ xml: [UInt8], _ images: [ImageDescription], positions: OMETiffExport.Positions) throws {
        document = try OMEXMLParser.parse(xml)
        // As the parser does: what is not UTF-8 is Latin-1.
        text =
            String(validating: xml, as: UTF8.self)
            ?? String(String.UnicodeScalarView(xml.map { Unicode.Scalar($0) }))
        var free = Set(document.images.indices), numbers = [Int]()
        let isInOrder = document.images.count == positions.total && positions.numbers.allSatisfy(free.contains)
        for (image, position) in zip(images, positions.numbers) {
            let found =
                isInOrder && document.images[position].fits(image)
                ? position : Self.search(document.images, free, image)
            guard let found else {
                throw OMEZarrError(
                    .corrupt, "it describes no image of \(image.shape.map(String.init).joined(separator: " x ")) pixels"
                )
            }
            free.remove(found)
            numbers.append(found)
        }
        self.numbers = numbers
    }

    private static func search(_ images: [OMEXML.Image], _ free: Set<Int>, _ image: ImageDescription) -> Int? {
        let fitting = images.indices.filter { free.contains($0) && images[$0].fits(image) }
        return fitting.first { images[$0].name == image.name } ?? fitting.first
    }

    /// Samples a page of an exported image has; nil where the document does not say.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where its channels do not have as many as the image.
    func samples(_ index: Int) throws -> Int? {
        let image = document.images[numbers[index]]
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
    func placed(_ pages: [OMEXMLPlacement.Pages]) throws -> String {
        var images = [OMEXMLPlacement.Pages?](repeating: nil, count: document.images.count)
        for (number, pages) in zip(numbers, pages) { images[number] = pages }
        return try OMEXMLPlacement.rewrite(text, images)
    }
}

extension OMEXML.Image {
    /// Whether the sizes are those of an image.
    fileprivate func fits(_ image: ImageDescription) -> Bool {
        [("t", sizeT), ("c", sizeC), ("z", sizeZ), ("y", sizeY), ("x", sizeX)].allSatisfy { name, size in
            size == image.axis(name).map { image.shape[$0] } ?? 1
        }
    }
}
