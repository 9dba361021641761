extension OMEXMLMetadataOnly {
    /// Whether a document is, to the letter, what ``convert(_:)`` makes of another: then it says that the other describes
    /// exactly the images beside it.
    package static func describes(_ document: [UInt8], source: [UInt8]) -> Bool {
        (try? convert(text(source))) == text(document)
    }

    /// Whether ``OMEXMLWriter`` wrote a document for this program, so that it says no more than the images beside it do.
    package static func isWrittenAnew(_ document: [UInt8]) -> Bool {
        var scanner = XMLScanner(document)
        while let token = try? scanner.next() {
            switch token.kind {
            case .start, .empty: return scanner.attribute("Creator", of: token)?.hasPrefix("ome-zarr ") ?? false
            case .text, .end: continue
            }
        }
        return false
    }

    /// A document as the reader of OME-XML takes it: what is not UTF-8 is Latin-1.
    package static func text(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self)
            ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
