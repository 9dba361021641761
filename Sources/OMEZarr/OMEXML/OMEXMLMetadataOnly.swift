/// Turns OME-XML that belongs to a file with pixels into OME-XML that stands beside an OME-Zarr.
///
/// - Source: OME-Zarr 0.4 and 0.5, "bioformats2raw.layout": the XML must use `MetadataOnly`, neither `BinData`,
///   `BinaryOnly` nor `TiffData`.
public enum OMEXMLMetadataOnly {
    /// The document with each `Pixels` saying `MetadataOnly`; everything else is kept to the letter.
    ///
    /// `TiffData` and `BinData` go from `Pixels`, with the white space before them, and `BinaryOnly` goes from anywhere.
    /// The `BinData` of a mask stays: it is an annotation, and a mask without it would not be valid.
    ///
    /// - Parameter xml: OME-XML in UTF-8, any version and namespace prefix.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where elements do not close as they open.
    public static func convert(_ xml: String) throws -> String {
        var scanner = XMLScanner(Array(xml.utf8))
        var rewriter = MetadataOnlyRewriter()
        while let token = try scanner.next() { try rewriter.take(token, scanner.bytes) }
        return String(decoding: try rewriter.finish(), as: UTF8.self)
    }
}

/// Copies tokens and leaves out what must go.
private struct MetadataOnlyRewriter {
    private var out = [UInt8]()
    /// Names of the elements that are open, with their prefixes.
    private var path = [String]()
    /// How many elements were open when the one being left out began; nil outside of such elements.
    private var skippedFrom: Int?
    /// Whether the current `Pixels` has its `MetadataOnly`.
    private var isMarked = false

    mutating func take(_ token: XMLScanner.Token, _ bytes: [UInt8]) throws {
        switch token.kind {
        case .text:
            if skippedFrom == nil { out += bytes[token.range] }
        case .start(let name): start(name, bytes[token.range])
        case .empty(let name): empty(name, bytes[token.range])
        case .end(let name): try end(name, bytes[token.range])
        }
    }

    func finish() throws -> [UInt8] {
        guard let open = path.last else { return out }
        throw OMEZarrError(.corrupt, "the OME-XML ends inside <\(open)>: it is cut off")
    }

    private mutating func start(_ name: String, _ text: ArraySlice<UInt8>) {
        if skippedFrom == nil { prepare(name) }
        if skippedFrom == nil && mustGo(name) {
            replace(name)
            skippedFrom = path.count
        }
        if skippedFrom == nil {
            out += text
            if isInPixels && local(name) == "MetadataOnly" { isMarked = true }
        }
        path.append(name)
        if local(name) == "Pixels" { isMarked = false }
    }

    private mutating func empty(_ name: String, _ text: ArraySlice<UInt8>) {
        guard skippedFrom == nil else { return }
        prepare(name)
        if mustGo(name) { return replace(name) }
        guard local(name) == "Pixels" else {
            out += text
            if isInPixels && local(name) == "MetadataOnly" { isMarked = true }
            return
        }
        // `<Pixels …/>` becomes `<Pixels …><MetadataOnly/></Pixels>`.
        out += text.dropLast(2)
        out.append(UInt8(ascii: ">"))
        out += Array("<\(prefix(name))MetadataOnly/></\(name)>".utf8)
    }

    private mutating func end(_ name: String, _ text: ArraySlice<UInt8>) throws {
        guard path.last == name else {
            throw OMEZarrError(
                .corrupt, "the OME-XML closes </\(name)> where \(path.last.map { "</\($0)>" } ?? "nothing") is due")
        }
        path.removeLast()
        if let from = skippedFrom {
            if path.count == from { skippedFrom = nil }
            return
        }
        if local(name) == "Pixels" && !isMarked { mark(prefix(name)) }
        out += text
    }

    /// The schema wants `MetadataOnly` after the channels and before the planes.
    private mutating func prepare(_ name: String) {
        if isInPixels && local(name) == "Plane" && !isMarked { mark(prefix(name)) }
    }

    private func mustGo(_ name: String) -> Bool {
        switch local(name) {
        case "BinaryOnly": true
        case "TiffData", "BinData": isInPixels
        case "MetadataOnly": isInPixels && isMarked
        default: false
        }
    }

    private var isInPixels: Bool { path.last.map(local) == "Pixels" }

    /// Puts the mark where the first element that goes stood; with the others goes the white space before them.
    private mutating func replace(_ name: String) {
        if local(name) != "BinaryOnly" && !isMarked { return mark(prefix(name)) }
        while let last = out.last, last == 0x20 || last == 0x09 || last == 0x0A || last == 0x0D { out.removeLast() }
    }

    private mutating func mark(_ prefix: String) {
        out += Array("<\(prefix)MetadataOnly/>".utf8)
        isMarked = true
    }

    private func local(_ name: String) -> Substring { name.split(separator: ":").last ?? "" }

    private func prefix(_ name: String) -> String {
        name.firstIndex(of: ":").map { String(name[...$0]) } ?? ""
    }
}
