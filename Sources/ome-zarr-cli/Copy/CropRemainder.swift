import OMEZarr
import Pyramid
import Zarr

/// What lies beside the images of a Zarr that is cropped: arrays and groups of which nobody knows what belongs to a part.
struct CropRemainder {
    private let place: StorePath
    private static let documents: Set<String> = ["zarr.json", Manifest.group, "labels", "attributes.json"]

    init(_ place: StorePath) { self.place = place }

    /// One sentence for each group that something is left out of.
    ///
    /// - Throws: ``ZarrError`` where the machine fails.
    func warnings() throws -> [String] {
        let identification = try ImageKind.identify(place.store, place.key)
        if let image = try N5Image(place.store, place.key) {
            let names = Array(N5Image.others(image.levels[0].metadata.attributes).keys)
            return try [
                warning(place.key, beside: image.levels.map(\.key.name)), Self.arraysWarning(place.key, names),
            ].compactMap { $0 }
        }
        let images = try OMEZarrImage.imageKeys(place.store, place.key).map { try OMEZarrImage.open(place.store, $0) }
        var warnings = try images.compactMap { image in
            try warning(image.key, beside: image.metadata.datasets.map(\.path))
        }
        warnings += images.compactMap(Self.attributesWarning)
        if case .bioFormats2Raw(let series) = identification.kind {
            warnings += try [warning(place.key, beside: series), attributesWarning()].compactMap { $0 }
        }
        return warnings
    }

    private func warning(_ key: StoreKey, beside paths: [String]) throws -> String? {
        let known = Set(paths.compactMap { $0.split(separator: "/").first { $0 != "." }.map(String.init) })
        let others = try place.store.list(key).filter { name in
            !known.contains(name) && !Self.documents.contains(name) && !name.hasPrefix(".")
        }
        guard !others.isEmpty else { return nil }
        let names = others.prefix(8).joined(separator: ", ") + (others.count > 8 ? " and more" : "")
        return "\(names) in \(key) belong to no image and are left out: a copy without a crop has them"
    }

    /// The root of a collection is written anew.
    private func attributesWarning() throws -> String? {
        let names = try OMEAttributes.others(ZarrNode.require(place.store, place.key).attributes).keys
        return names.isEmpty
            ? nil
            : "the attributes \(names.joined(separator: ", ")) of \(place.key) are left out: those of its images stay"
    }

    private static func attributesWarning(_ image: OMEZarrImage) -> String? {
        let names = image.levels[0].metadata.attributes.object?.keys.filter { $0 != "_ARRAY_DIMENSIONS" } ?? []
        return arraysWarning(image.key, names)
    }

    private static func arraysWarning(_ key: StoreKey, _ names: [String]) -> String? {
        guard !names.isEmpty else { return nil }
        return "the attributes of the arrays of \(key) (\(names.joined(separator: ", "))) are left out: those of "
            + "the image stay"
    }
}
