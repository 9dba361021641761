/// Turns OME-XML, wherever its pixels lay, into that of an OME-TIFF that holds them in its own pages.
///
/// - Source: OME-TIFF specification, docs.openmicroscopy.org; OME-XML schema 2016-06 and those before.
public enum OMEXMLPlacement {
    /// The pages of one image: consecutive, z fastest, then channel, then time.
    public struct Pages: Sendable, Hashable {
        /// The number of the first, from 0.
        public var first: Int
        /// How many there are.
        public var count: Int
        /// The name OME-XML has for the type of the pixels.
        public var type: String
        /// Whether a page holds all samples of a pixel side by side.
        public var isInterleaved: Bool

        /// Pages of an image.
        public init(first: Int, count: Int, type: String, isInterleaved: Bool) {
            self.first = first
            self.count = count
            self.type = type
            self.isInterleaved = isInterleaved
        }
    }

    /// The document with the pixels in the pages of its own file; everything else is kept to the letter.
    ///
    /// `TiffData` is written anew, and with it `DimensionOrder`, `Type`, `BigEndian` and `Interleaved` as far as they are
    /// there. What named other places goes: `BinData` and `MetadataOnly` of `Pixels`, `BinaryOnly`, the document's `UUID`.
    ///
    /// - Parameters:
    ///   - xml: OME-XML in UTF-8, any version and namespace prefix.
    ///   - images: one for each `Image` in the order of the document; where nil, it is left out with all references to it.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where elements do not close as they open, `.invalidCall` where the
    ///   document has another number of images.
    public static func rewrite(_ xml: String, _ images: [Pages?]) throws -> String {
        // There, each Pixels has a single mark, at the place where the schema wants TiffData, too.
        let marked = Array(try OMEXMLMetadataOnly.convert(xml).utf8)
        var scanner = XMLScanner(marked)
        var rewriter = PlacementRewriter(images, absent: try identifiers(marked, images))
        while let token = try scanner.next() { try rewriter.take(token, scanner.bytes) }
        return String(decoding: try rewriter.finish(), as: UTF8.self)
    }

    /// The identifiers of the images that are left out.
    private static func identifiers(_ xml: [UInt8], _ images: [Pages?]) throws -> Set<String> {
        guard images.contains(where: { $0 == nil }) else { return [] }
        var scanner = XMLScanner(xml), number = -1, identifiers = Set<String>()
        while let token = try scanner.next() {
            switch token.kind {
            case .start(let name), .empty(let name):
                guard localName(name) == "Image" else { continue }
                number += 1
                guard images.indices.contains(number), images[number] == nil else { continue }
                if let identifier = XMLTag(xml[token.range])["ID"] { identifiers.insert(identifier) }
            case .text, .end: break
            }
        }
        return identifiers
    }

    fileprivate static func localName(_ name: String) -> Substring { name.split(separator: ":").last ?? "" }
}

/// Copies the tokens of a document that is well-formed and marked, and changes those that tell of pixels.
private struct PlacementRewriter {
    private let images: [OMEXMLPlacement.Pages?]
    private let absent: Set<String>
    private var out = [UInt8]()
    /// Names of the elements that are open, without prefixes.
    private var path = [Substring]()
    /// How many elements were open when the one being left out began; nil outside of such elements.
    private var skippedFrom: Int?
    /// The number of the last image that began.
    private var image = -1

    init(_ images: [OMEXMLPlacement.Pages?], absent: Set<String>) {
        self.images = images
        self.absent = absent
    }

    mutating func take(_ token: XMLScanner.Token, _ bytes: [UInt8]) throws {
        switch token.kind {
        case .text:
            if skippedFrom == nil { out += bytes[token.range] }
        case .start(let name):
            if skippedFrom == nil, try !copy(name, bytes[token.range]) { skippedFrom = path.count }
            path.append(OMEXMLPlacement.localName(name))
        case .empty(let name):
            if skippedFrom == nil { _ = try copy(name, bytes[token.range]) }
        case .end:
            _ = path.popLast()
            if skippedFrom == nil { out += bytes[token.range] }
            if skippedFrom == path.count { skippedFrom = nil }
        }
    }

    func finish() throws -> [UInt8] {
        guard image + 1 == images.count else { throw Self.otherImages(image + 1, images.count) }
        return out
    }

    /// Copies a tag, changed where need be; false where the element is left out.
    private mutating func copy(_ name: String, _ text: ArraySlice<UInt8>) throws -> Bool {
        var tag = XMLTag(text)
        switch OMEXMLPlacement.localName(name) {
        case "OME" where path.isEmpty: tag.remove("UUID")
        case "Image" where !path.contains("Image"):
            image += 1
            guard image < images.count else { throw Self.otherImages(image + 1, images.count) }
            if images[image] == nil { return leaveOut() }
        case "ImageRef":
            if let identifier = tag["ID"], absent.contains(identifier) { return leaveOut() }
        case "Pixels" where path.last == "Image":
            if let pages { place(&tag, pages) }
        case "MetadataOnly" where path.last == "Pixels":
            let prefix = name.firstIndex(of: ":").map { name[...$0] } ?? ""
            if let pages {
                out += Array("<\(prefix)TiffData IFD=\"\(pages.first)\" PlaneCount=\"\(pages.count)\"/>".utf8)
            }
            return false
        default: break
        }
        out += tag.bytes
        return true
    }

    private var pages: OMEXMLPlacement.Pages? { images.indices.contains(image) ? images[image] : nil }

    private func place(_ tag: inout XMLTag, _ pages: OMEXMLPlacement.Pages) {
        tag.change("DimensionOrder", to: "XYZCT")
        tag.change("Type", to: pages.type)
        // What the attribute was called until 2010.
        tag.change("PixelType", to: pages.type)
        tag.change("BigEndian", to: "false")
        tag.change("Interleaved", to: pages.isInterleaved ? "true" : "false")
    }

    /// Leaves an element out with the white space before it.
    private mutating func leaveOut() -> Bool {
        while let last = out.last, last == 0x20 || last == 0x09 || last == 0x0A || last == 0x0D { out.removeLast() }
        return false
    }

    private static func otherImages(_ count: Int, _ expected: Int) -> OMEZarrError {
        OMEZarrError(.invalidCall, "the OME-XML describes \(count) images or more, not \(expected)")
    }
}
