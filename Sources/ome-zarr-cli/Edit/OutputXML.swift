import OMEZarr
import Zarr

/// `OME/METADATA.ome.xml` of the output that a folder is, or is a part of.
enum OutputXML {
    /// Brings the document in line with an image that has changed: written anew where it says no more than the images do,
    /// and only the attributes concerned where this program made it of `OME/source.ome.xml`, which stays as it is.
    ///
    /// - Returns: what it does not say now, in a sentence; nil where it says what the images say, or there is none.
    static func renew(after folder: ImageFolder, _ changes: ImageChanges) throws -> String? {
        // OME-XML has no word for a window.
        var said = changes
        said.contrasts = [:]
        let document = try StoreKey("OME/METADATA.ome.xml"), source = try StoreKey("OME/source.ome.xml")
        guard !said.isEmpty, let root = try OutputRoot(of: folder.store, having: document),
            let old = try root.store.read(document), let (images, plate) = try images(root.store)
        else { return nil }
        let changed = try root.key.appending(folder.image.key.path)
        guard let number = images.firstIndex(where: { $0.key == changed }) else { return nil }
        let text: String
        if OMEXMLMetadataOnly.isWrittenAnew(old) {
            text = try OMEXMLWriter.document(
                images.map(\.description), plate: plate, creator: "ome-zarr \(OMEZarrCommand.version)")
        } else {
            let xml = OMEXMLMetadataOnly.text(old), sizes = images.map { OMEXMLMetadataOnly.sizes($0.description) }
            // Only this program keeps a source; of the same sizes it still describes these images, one by one.
            guard try root.store.size(source) != nil, try OMEXMLMetadataOnly.sizes(xml) == sizes else {
                return "\(document) is another program's and still says what it said before"
            }
            text = try OMEXMLEdit.apply(said, of: images[number].description, number: number, to: xml)
        }
        let manifest = try OutputManifest(of: root.store), bytes = Array(text.utf8)
        guard bytes != old else {
            try manifest.settle([document])
            return nil
        }
        try manifest.announce([document])
        try root.store.write(document, bytes)
        try manifest.note([document])
        return nil
    }

    /// The images a root's OME-XML describes, in its order; nil where it is no output of images.
    private static func images(_ store: DirectoryStore) throws -> (images: [OMEZarrImage], plate: Plate?)? {
        guard let kind = try ZarrNode.read(store, .root).map({ _ in try ImageKind.identify(store).kind }) else {
            return nil
        }
        switch kind {
        case .image, .labelImage: return ([try OMEZarrImage.open(store)], nil)
        case .bioFormats2Raw: return (try OMEZarrImage.openAll(store), nil)
        case .plate:
            let (plate, keys) = try Plate.read(store, .root)
            return (try keys.map { try OMEZarrImage.open(store, $0) }, plate)
        default: return nil
        }
    }
}
