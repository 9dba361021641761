import OMEZarr
import Zarr

/// `OME/METADATA.ome.xml` of the output that a folder is, or is a part of.
enum OutputXML {
    /// Writes the document anew after an image has changed, where this program made it: from the images, or from
    /// `OME/source.ome.xml`, which stays as it is.
    ///
    /// - Returns: what it does not say now, in a sentence; nil where it says what the images say, or there is none.
    static func renew(after folder: ImageFolder) throws -> String? {
        let document = try StoreKey("OME/METADATA.ome.xml"), source = try StoreKey("OME/source.ome.xml")
        guard let root = try OutputRoot(of: folder.store, having: document),
            let old = try root.store.read(document), let (images, plate) = try images(root.store)
        else { return nil }
        let changed = try root.key.appending(folder.image.key.path)
        guard images.contains(where: { $0.key == changed }) else { return nil }
        let original = try root.store.read(source)
        guard
            OMEXMLMetadataOnly.isWrittenAnew(old)
                || original.map({ OMEXMLMetadataOnly.describes(old, source: $0) }) ?? false
        else { return "\(document) is another program's and still says what it said before" }
        let text = try OMEXMLWriter.document(
            images.map(\.description), plate: plate, creator: "ome-zarr \(OMEZarrCommand.version)")
        let manifest = try OutputManifest(of: root.store)
        try manifest.announce([document])
        try root.store.write(document, Array(text.utf8))
        try manifest.note([document])
        return original == nil || OMEXMLMetadataOnly.isWrittenAnew(old)
            ? nil : "\(document) was written anew, without what only the source said: that is kept in \(source)"
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
