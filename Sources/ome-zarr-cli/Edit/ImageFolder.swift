import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An OME-Zarr image in a folder, which can be changed in place.
struct ImageFolder {
    let store: DirectoryStore
    let image: OMEZarrImage
    let format: ZarrFormat

    /// - Parameter series: which image of a collection; nil: the only one.
    /// - Throws: ``Refusal`` where the path leads into an archive, ``UsageError`` where it does not say which image.
    init(_ path: String, series: Int?) throws {
        guard let place = try StorePath(path) else {
            throw Refusal("\(path) is a file, not the folder of an OME-Zarr")
        }
        guard let store = place.store as? DirectoryStore else {
            throw Refusal(
                "\(path) lies in an archive, which is written once: copy it to a folder with 'ome-zarr copy', change "
                    + "that, and copy it back")
        }
        try place.refuseUnfinished(path)
        var key = place.key
        let kind = try ImageKind.identify(store, key).kind
        if case .bioFormats2Raw = kind {
            let keys = try OMEZarrImage.imageKeys(store, key)
            guard let series else {
                throw UsageError(
                    "\(path) holds \(keys.count) images: choose one with --series, or name it, as in \(path)/0")
            }
            guard keys.indices.contains(series) else {
                throw UsageError("there is no series \(series): \(path) holds \(keys.count), numbered from 0")
            }
            key = keys[series]
        } else if let series, series != 0 {
            throw UsageError("there is no series \(series): \(path) is one image")
        }
        self.store = store
        image = try OMEZarrImage.open(store, key)
        format = try ZarrNode.require(store, key).format
    }

    /// The version to write in; the metadata's, else the one that goes with the format.
    ///
    /// - Throws: ``Refusal`` where it is none that is written.
    func version() throws -> OMEZarrVersion {
        guard let named = image.version else { return OMEZarrVersion(zarrFormat: format) }
        guard let version = OMEZarrVersion(rawValue: named), version.zarrFormat == format else {
            throw Refusal(
                "\(store.path) is OME-Zarr \(named) in \(format), and only 0.4 and 0.5 can be changed: 'ome-zarr copy' with "
                    + "--ome-version makes one of it"
            )
        }
        return version
    }

    /// Replaces the attributes of a group in one stroke; whatever else its document says stays.
    func write(_ attributes: JSONValue, of key: StoreKey) throws {
        guard format == .v3 else {
            return try store.write(key.appending(".zattrs"), attributes.serialized(pretty: true))
        }
        let place = try key.appending("zarr.json")
        guard var document = try MetadataDocument.read(store, place) else {
            throw OMEZarrError(.notFound, "\(place) has gone from \(store.path)", key: place)
        }
        document["attributes"] = attributes
        try store.write(place, document.serialized(pretty: true))
    }

    /// The document that holds the attributes of a group.
    func document(of key: StoreKey) throws -> StoreKey { try key.appending(format == .v3 ? "zarr.json" : ".zattrs") }

    /// Copies of the attributes that consolidated metadata above the group hold, or nil where there are none.
    func consolidatedCopy() throws -> StoreKey? {
        var key: StoreKey? = image.key
        while let place = key {
            if format == .v2, try store.size(place.appending(".zmetadata")) != nil {
                return try place.appending(".zmetadata")
            }
            if format == .v3, place != image.key,
                try MetadataDocument.read(store, place.appending("zarr.json"))?["consolidated_metadata"]?.object != nil
            {
                return try place.appending("zarr.json")
            }
            key = place.parent
        }
        return nil
    }
}
