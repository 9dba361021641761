import CExpat

/// Reads OME-XML with expat, element by element: a document of 10^5 planes is some 20 MB, and only a few attributes
/// of it are of interest.
package final class OMEXMLParser {
    private var document = OMEXML()
    private var plates = OMEXMLPlates()
    private var isInPixels = false
    private var text: [UInt8] = []
    private var collectsText = false
    /// Elements that are open inside an Image.
    private var imageDepth = 0

    private init() {}

    /// Parses a document.
    ///
    /// Encodings lie: what is not UTF-8 is read as Latin-1, and control characters, which XML forbids, become spaces.
    /// - Throws: ``TiffError`` with code `.damaged` and the line, where it is no XML even so.
    package static func parse(_ bytes: [UInt8]) throws -> OMEXML {
        do {
            return try parse(bytes, encoding: "UTF-8")
        } catch {
            let clean = bytes.map { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 ? 0x20 : $0 }
            if clean != bytes, let document = try? parse(clean, encoding: "UTF-8") { return document }
            guard let document = try? parse(clean, encoding: "ISO-8859-1") else { throw error }
            return document
        }
    }

    private static func parse(_ bytes: [UInt8], encoding: String) throws -> OMEXML {
        guard let expat = XML_ParserCreate(encoding) else {
            throw TiffError(.limitExceeded, "expat has no memory left")
        }
        defer { XML_ParserFree(expat) }
        let parser = OMEXMLParser()
        // Safety: `parser` outlives the calls below, within which alone expat uses the pointer.
        XML_SetUserData(expat, Unmanaged.passUnretained(parser).toOpaque())
        XML_SetElementHandler(expat, startElement, endElement)
        XML_SetCharacterDataHandler(expat, characters)
        let isSound = bytes.withUnsafeBytes { raw in
            var place = 0
            // In pieces, because expat counts in 32 bits; also an empty document must be told that it has ended.
            repeat {
                let count = min(1 << 20, raw.count - place)
                let start = raw.baseAddress.map { ($0 + place).assumingMemoryBound(to: CChar.self) }
                place += count
                let status = XML_Parse(expat, start, Int32(count), place == raw.count ? 1 : 0)
                if status != XML_STATUS_OK { return false }
            } while place < raw.count
            return true
        }
        guard isSound else {
            let reason = XML_ErrorString(XML_GetErrorCode(expat)).map { String(cString: $0) } ?? "unknown error"
            throw TiffError(
                .damaged, "the OME-XML is broken in line \(XML_GetCurrentLineNumber(expat)): \(reason)")
        }
        parser.document.plates = parser.plates.plates
        return withExtendedLifetime(parser) { parser.document }
    }

    fileprivate func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
        if imageDepth > 0 { imageDepth += 1 }
        switch LocalName(name) {
        case "OME": document.uuid = attributes["UUID"]
        case "BinaryOnly": document.metadataFile = attributes["MetadataFile"]
        case "Image" where imageDepth == 0:
            document.images.append(OMEXML.Image(id: attributes["ID"], name: attributes["Name"]))
            imageDepth = 1
        case "Pixels" where imageDepth > 0:
            document.images[document.images.count - 1].read(attributes)
            isInPixels = true
        case "Channel" where isInPixels:
            document.images[document.images.count - 1].channels.append(OMEXML.Channel(attributes))
        case "TiffData" where isInPixels:
            document.images[document.images.count - 1].tiffData.append(OMEXML.TiffData(attributes))
        case "Plane" where isInPixels: document.images[document.images.count - 1].readPlane(attributes)
        case "UUID" where isInPixels:
            text.removeAll(keepingCapacity: true)
            collectsText = true
            withTiffData { $0.fileName = attributes["FileName"] }
        case let name where imageDepth == 0: plates.start(name, attributes)
        default: break
        }
    }

    fileprivate func end(_ name: UnsafePointer<CChar>) {
        if imageDepth > 0 { imageDepth -= 1 }
        switch LocalName(name) {
        case "Pixels": isInPixels = false
        case "UUID" where collectsText:
            collectsText = false
            let uuid = String(decoding: text.filter { $0 > 0x20 }, as: UTF8.self)
            withTiffData { $0.uuid = uuid }
        case let name where imageDepth == 0: plates.end(name)
        default: break
        }
    }

    private func withTiffData(_ change: (inout OMEXML.TiffData) -> Void) {
        guard let image = document.images.indices.last, let last = document.images[image].tiffData.indices.last else {
            return
        }
        change(&document.images[image].tiffData[last])
    }

    fileprivate func add(_ characters: UnsafeBufferPointer<CChar>) {
        guard collectsText, text.count < 4096 else { return }
        text.append(contentsOf: characters.lazy.map { UInt8(bitPattern: $0) })
    }
}

private func parser(_ user: UnsafeMutableRawPointer?) -> OMEXMLParser? {
    // Safety: the pointer is the one set in `parse`, whose parser is alive while expat runs.
    user.map { Unmanaged<OMEXMLParser>.fromOpaque($0).takeUnretainedValue() }
}

private func startElement(
    _ user: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
) {
    if let name, let attributes { parser(user)?.start(name, Attributes(pairs: attributes)) }
}

private func endElement(_ user: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?) {
    if let name { parser(user)?.end(name) }
}

private func characters(_ user: UnsafeMutableRawPointer?, _ text: UnsafePointer<XML_Char>?, _ count: Int32) {
    parser(user)?.add(UnsafeBufferPointer(start: text, count: Int(count)))
}
