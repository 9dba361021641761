public import Zarr

/// What RFC-9 asks of an OME-Zarr in a ZIP archive, `.ozx`. What the archive holds is for ``OMEZarrValidator``.
///
/// Errors are what the RFC forbids. Warnings are what it only recommends: such archives are read all the same.
///
/// - Source: RFC-9 "Zipped OME-Zarr", rules 78 to 80 in docs/validation.md.
public enum OZXRules {
    /// The comment of an archive whose `zarr.json` documents come first in its directory, as ``ZipWriter`` puts them.
    public static func comment(_ version: OMEZarrVersion) -> [UInt8] {
        let json: JSONValue = [
            "ome": [
                "version": .string(version.rawValue), "zipFile": ["centralDirectory": ["jsonFirst": true]],
            ]
        ]
        return json.serialized()
    }

    /// Judges an archive by its directory and its comment; reads nothing else.
    public static func findings(of archive: ZipStore) -> [Finding] {
        hierarchy(archive) + order(archive) + form(archive)
    }

    private static func hierarchy(_ archive: ZipStore) -> [Finding] {
        var findings = [Finding]()
        if !archive.entries.contains(where: { $0.key.path == document }) {
            findings.append(
                .error(
                    78, .root, "there is no zarr.json at the root of the archive",
                    fix: "zip the content of the OME-Zarr (0.5 or later), not the folder around it"))
        }
        for entry in archive.entries where entry.key.name.lowercased().hasSuffix(".ozx") {
            findings.append(
                .error(
                    78, entry.key, "a zipped OME-Zarr lies inside another",
                    fix: "store it beside the archive, or unpack it into the hierarchy"))
        }
        return findings
    }

    private static func order(_ archive: ZipStore) -> [Finding] {
        let listed = archive.entries.map(\.key)
        let placed = archive.entries.sorted { $0.headerOffset < $1.headerOffset }.map(\.key)
        let json = try? JSONValue.parse(archive.comment)
        let documentsEnd = listed.prefix { $0.name == document }.count
        let late = listed[documentsEnd...].first { $0.name == document }
        if let late, json?["ome"]?["zipFile"]?["centralDirectory"]?["jsonFirst"]?.bool == true {
            return [
                .error(
                    80, late,
                    "the comment says that every zarr.json comes first (\"jsonFirst\"), but this one does not",
                    fix: "sort the directory, or take \"jsonFirst\" out of the comment")
            ]
        }
        guard !isRecommended(listed) || !isRecommended(placed) else { return [] }
        return [
            .warning(
                79, .root, "the zarr.json of the root, then those below it level by level, do not come first",
                fix: "write the archive anew, with the documents first in the file and in its directory")
        ]
    }

    /// How the archive is made, beside its order.
    private static func form(_ archive: ZipStore) -> [Finding] {
        var findings = [Finding]()
        let compressed = archive.entries.filter { $0.method != .stored }
        if let first = compressed.first {
            findings.append(
                .warning(
                    79, first.key, "\(compressed.count) of \(archive.entries.count) entries are compressed by ZIP",
                    fix: "store them ('zip -0'): chunks are compressed already, and parts of them cannot be read"))
        }
        if !archive.isZip64 && !archive.entries.allSatisfy({ $0.versionNeeded >= 45 }) {
            findings.append(
                .warning(79, .root, "the archive is not in the ZIP64 format", fix: "write it anew with ZIP64"))
        }
        if (try? JSONValue.parse(archive.comment))?["ome"]?["version"]?.string == nil {
            findings.append(
                .warning(
                    79, .root, "the archive has no comment that gives the version of OME-Zarr",
                    fix: "add the comment {\"ome\": {\"version\": \"0.5\"}} ('zip -z')"))
        }
        if !archive.name.lowercased().hasSuffix(".ozx") {
            findings.append(
                .warning(79, .root, "the name of the archive does not end in .ozx", fix: "rename it"))
        }
        return findings
    }

    private static let document = "zarr.json"

    /// True where the document of the root comes first, then the others by depth, then everything else.
    private static func isRecommended(_ keys: [StoreKey]) -> Bool {
        let documents = keys.prefix { $0.name == document }
        let depths = documents.map { $0.path.utf8.count { $0 == UInt8(ascii: "/") } }
        return depths.first == 0 && zip(depths, depths.dropFirst()).allSatisfy(<=)
            && !keys[documents.count...].contains { $0.name == document }
    }
}

extension Finding {
    fileprivate static func error(_ rule: Int, _ key: StoreKey, _ message: String, fix: String) -> Finding {
        Finding(severity: .error, authority: .text, key: key, pointer: "", rule: rule, message: message, remedy: fix)
    }

    fileprivate static func warning(_ rule: Int, _ key: StoreKey, _ message: String, fix: String) -> Finding {
        Finding(severity: .warning, authority: .text, key: key, pointer: "", rule: rule, message: message, remedy: fix)
    }
}
