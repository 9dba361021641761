import Zarr

/// The groups that a group's metadata name.
extension StoreRules {
    mutating func visitLabels(of group: OMEGroup) throws {
        let store = store
        let key = try group.key.appending("labels")
        guard let read = try attempt(key, "", 53, "the list of labels", { try ZarrNode.read(store, key) }), read != nil,
            let labels = try visit(key, named: "the list of labels", as: .label, expecting: .labels)
        else { return }
        for (index, path) in (labels.members["labels"]?.array ?? []).enumerated() {
            let pointer = "\(labels.pointer)/labels/\(index)"
            guard let label = try child(key, path.string, pointer, 53),
                let found = try visit(
                    label, named: "the label image \"\(label.name)\"", as: .label, expecting: .image, pointer: pointer,
                    from: key, rule: 54)
            else { continue }
            checkLabel(found, against: group)
        }
    }

    mutating func visitWells(of group: OMEGroup) throws {
        let plate = group.members["plate"]
        let acquisitions = Set((plate?["acquisitions"]?.array ?? []).compactMap { $0["id"]?.int })
        for (index, well) in (plate?["wells"]?.array ?? []).enumerated() {
            let pointer = "\(group.pointer)/plate/wells/\(index)/path"
            guard let key = try child(group.key, well["path"]?.string, pointer, 63),
                let found = try visit(
                    key, named: "the well \(well["path"]?.string?.prefix(40) ?? "")", as: .well, expecting: .well,
                    pointer: pointer, from: group.key, rule: 61)
            else { continue }
            checkAcquisitions(of: found, acquisitions)
        }
    }

    private mutating func checkAcquisitions(of well: OMEGroup, _ ids: Set<Int>) {
        guard !ids.isEmpty else { return }
        for (index, image) in (well.members["well"]?["images"]?.array ?? []).enumerated() {
            let pointer = "\(well.pointer)/well/images/\(index)/acquisition"
            if let id = image["acquisition"]?.int {
                guard !ids.contains(id) else { continue }
                note(
                    .error, well.key, pointer, 66, "the plate has no acquisition \(id)",
                    fix: "use an id of plate.acquisitions")
            } else if ids.count > 1 {
                note(
                    .error, well.key, pointer, 66, "the field names no acquisition, but the plate has \(ids.count)",
                    fix: "add the id of its acquisition")
            }
        }
    }

    mutating func visitFields(of group: OMEGroup) throws {
        for (index, image) in (group.members["well"]?["images"]?.array ?? []).enumerated() {
            let pointer = "\(group.pointer)/well/images/\(index)/path"
            guard let key = try child(group.key, image["path"]?.string, pointer, 66) else { continue }
            try visit(
                key, named: "the field \(key.name)", as: .image, expecting: .image, pointer: pointer, from: group.key,
                rule: 66)
        }
    }

    mutating func visitSeries(of group: OMEGroup) throws {
        let store = store, key = group.key
        let ome = try key.appending("OME")
        guard let read = try attempt(ome, "", 70, "the group OME", { try ZarrNode.read(store, ome) }) else { return }
        if read == nil {
            note(
                .warning, key, group.pointer, 69, "there is no group \"OME\"",
                fix: "write the group OME with its series and METADATA.ome.xml")
        } else {
            try visit(ome, named: "the group OME", as: .label, rule: 70)
        }
        let xml = try attempt(ome, "", 69, "METADATA.ome.xml") { try store.size(ome.appending("METADATA.ome.xml")) }
        if let xml, xml == nil {
            note(.warning, ome, "", 69, "there is no OME/METADATA.ome.xml", fix: "write the OME-XML of the images")
        }
        guard
            let kind = try attempt(
                key, group.pointer, 71, "the list of series", { try ImageKind.identify(store, key).kind }),
            case .bioFormats2Raw(let series) = kind
        else { return }
        if series.isEmpty {
            note(
                .warning, key, group.pointer, 71, "there is no image: neither a list of series nor a group 0",
                fix: "write the images into 0, 1, …")
        }
        for (index, path) in series.enumerated() {
            let pointer = "\(group.pointer)/series/\(index)"
            guard let image = try child(key, path, pointer, 70) else { continue }
            try visit(
                image, named: "the series \(path.prefix(40))", as: .image, expecting: .image, pointer: pointer,
                from: ome, rule: 70)
        }
    }

    /// The images of a scene, and whether they have the coordinate systems it names.
    mutating func visitScene(of group: OMEGroup) throws {
        var systems = [StoreKey: Set<String>]()
        let scene = group.members["scene"]
        try checkStoredParameters(scene?["coordinateTransformations"], group, group.pointer + "/scene")
        for (index, item) in (scene?["coordinateTransformations"]?.array ?? []).enumerated() {
            for side in ["input", "output"] {
                let pointer = "\(group.pointer)/scene/coordinateTransformations/\(index)/\(side)"
                guard let end = item[side], let path = end["path"]?.string,
                    let key = try child(group.key, path, pointer + "/path", 75)
                else { continue }
                let image = try visit(
                    key, named: "the image \(path.prefix(40))", as: .image, expecting: .image,
                    pointer: pointer + "/path", from: group.key, rule: 75)
                if let image { systems[key] = Self.systemNames(image) }
                if let name = end["name"]?.string, systems[key]?.contains(name) == false {
                    note(
                        .error, group.key, pointer + "/name", 75,
                        "the image \(path.prefix(40)) has no coordinate system \"\(name.prefix(40))\"",
                        fix: "use the name of one that the image lists")
                }
            }
        }
    }

    private static func systemNames(_ group: OMEGroup) -> Set<String> {
        let systems = group.members["multiscales"]?[0]?["coordinateSystems"]?.array ?? []
        return Set(systems.compactMap { $0["name"]?.string })
    }

    /// The key of something a group's metadata name; notes paths that lead out of the store.
    mutating func child(_ key: StoreKey, _ path: String?, _ pointer: String, _ rule: Int) throws -> StoreKey? {
        // Where the path is no string, the rules about metadata have said so.
        guard let path else { return nil }
        return try attempt(key, pointer, rule, "\"\(path.prefix(60))\"") { try key.appending(trimmed: path) }
    }
}
