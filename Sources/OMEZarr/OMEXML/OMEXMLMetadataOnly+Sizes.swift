extension OMEXMLMetadataOnly {
    /// The sizes of one image on the axes of OME-XML.
    public struct Sizes: Sendable, Hashable {
        /// Elements on each axis; 0 where the document does not say.
        public var x, y, z, c, t: Int
    }

    /// The sizes of an image.
    public static func sizes(_ image: ImageDescription) -> Sizes {
        func extent(_ name: String) -> Int { image.axis(name).map { image.shape[$0] } ?? 1 }
        return Sizes(x: extent("x"), y: extent("y"), z: extent("z"), c: extent("c"), t: extent("t"))
    }

    /// The sizes of the images a document describes, in order.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where a tag has no end.
    public static func sizes(_ xml: String) throws -> [Sizes] {
        var scanner = XMLScanner(Array(xml.utf8))
        var images = [Sizes]()
        while let token = try scanner.next() {
            switch token.kind {
            case .text, .end: continue
            case .start(let name), .empty(let name):
                switch name.split(separator: ":").last {
                case "Image": images.append(Sizes(x: 0, y: 0, z: 0, c: 0, t: 0))
                case "Pixels" where !images.isEmpty:
                    func size(_ axis: String) -> Int {
                        scanner.attribute("Size" + axis, of: token).flatMap { Int($0) } ?? 0
                    }
                    images[images.count - 1] = Sizes(
                        x: size("X"), y: size("Y"), z: size("Z"), c: size("C"), t: size("T"))
                default: continue
                }
            }
        }
        return images
    }
}
