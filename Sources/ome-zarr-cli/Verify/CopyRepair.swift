import OMEZarr
import Pyramid
import Zarr

/// Makes the damaged objects of a copy again from what was copied.
struct CopyRepair {
    let path: String
    let input: String
    let identity: ConversionIdentity
    let manifest: ManifestContents
    let effort: EffortOptions
    let isQuiet: Bool

    /// Compares the copy with its input, and makes again what is missing or damaged.
    ///
    /// - Parameter check: has held the objects against the manifest.
    /// - Throws: ``Refusal`` where the input is another one, so that what it gives would not fit what is sound.
    func run(_ check: OutputCheck) throws {
        let copy = try CopyCheck(path, of: input, identity, manifest, effort)
        try copy.compare(manifest, check.found, isQuiet: isQuiet)
        if let other = check.found.list.first(where: \.isOfInput) {
            throw Refusal(
                "\(input) is not what \(path) was made of: \(other.key) is as it was written, and would be another; nothing "
                    + "was changed")
        }
        if try check.found.count == 0 && UnfinishedOutput(check.place.store, check.place.key) == nil { return }
        let target = ConversionOutput(path: path, isRepair: true)
        let arrays = copy.plan.nodes.compactMap { if case .array = $0.content { $0.key } else { nil } }
        let damage = ConversionOutput.Damage(manifest: manifest, found: check.found, identity: identity)
        if let folder = check.place.store as? DirectoryStore, let link = arrays.first(where: folder.leadsThroughLink) {
            throw Refusal("\(link) in \(path) is a symbolic link, through which nothing is written: replace it first")
        }
        try OpenFileLimit.raise()
        let store = try target.open(.damaged(damage), identity, threads: effort.threadCount)
        do {
            try target.clear(.damaged(damage), of: store)
            try removeSurplus(check, arrays)
            try copy.copy(into: store, "repairing", isQuiet: isQuiet)
        } catch {
            throw target.abandon(store, error)
        }
    }

    /// Removes objects of arrays where nothing is to be stored; what nothing of ours wrote stays.
    private func removeSurplus(_ check: OutputCheck, _ arrays: [StoreKey]) throws {
        guard let folder = check.place.store as? DirectoryStore else { return }
        for finding in check.found.list {
            guard let entry = manifest.entry(finding.key), entry.stamp == nil,
                arrays.contains(where: { $0.isAtOrAbove(finding.key.path) }), !folder.leadsThroughLink(finding.key)
            else { continue }
            try folder.remove(finding.key)
        }
    }
}
