import Zarr

/// `plate` and `well`.
///
/// - Source: OME-Zarr 0.4 to 0.6, "plate" and "well" metadata.
extension MetadataRules {
    mutating func checkPlate(_ members: JSONObject, _ pointer: String) {
        guard let value = members["plate"] else {
            if version != .v04 { error(pointer, 62, "there is no \"plate\"", fix: "add \"plate\"") }
            return
        }
        let pointer = pointer + "/plate"
        guard let plate = object(value, pointer, 62, "\"plate\"") else { return }
        if version == .v04 {
            checkVersion(plate["version"], pointer + "/version", 65, required: false)
        }
        if plate["name"] == nil { warning(pointer, 64, "the plate has no \"name\"", fix: "add \"name\"") }
        optionalString(plate["name"], pointer + "/name", 64, "\"name\"")
        if plate["field_count"] == nil {
            warning(
                pointer, 64, "there is no \"field_count\"", fix: "add the largest number of fields in a well", by: .text
            )
        }
        optionalInteger(plate["field_count"], pointer + "/field_count", 64, "\"field_count\"", from: 1)
        let rows = names(plate["rows"], pointer + "/rows", "\"rows\"")
        let columns = names(plate["columns"], pointer + "/columns", "\"columns\"")
        checkAcquisitions(plate["acquisitions"], pointer + "/acquisitions")
        checkWells(plate["wells"], rows, columns, pointer + "/wells")
    }

    /// The names of rows or columns; nil for those that are missing or malformed.
    private mutating func names(_ value: JSONValue?, _ pointer: String, _ name: String) -> [String?] {
        var seen = Set<String>()
        return (list(value, pointer, 62, name) ?? []).enumerated().map { index, item in
            let pointer = "\(pointer)/\(index)"
            guard let entry = object(item, pointer, 62, "the entry of \(name)"),
                let text = string(entry["name"], pointer + "/name", 62, "\"name\"")
            else { return nil }
            if !Self.isAlphanumeric(text) {
                error(
                    pointer + "/name", 62, "\"\(text.prefix(40))\" is not made of letters and digits",
                    fix: "use A-Z, a-z and 0-9 only")
            }
            if !seen.insert(text).inserted {
                error(pointer + "/name", 62, "\"\(text)\" is listed twice", fix: "list each name once", by: .text)
            }
            return text
        }
    }

    private mutating func checkAcquisitions(_ value: JSONValue?, _ pointer: String) {
        guard let value else { return }
        guard let acquisitions = value.array else {
            return error(
                pointer, 64, "\"acquisitions\" is \(JSONKind.of(value)), not a list", fix: "list the acquisitions")
        }
        var ids = Set<Int>()
        for (index, item) in acquisitions.enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let acquisition = object(item, pointer, 64, "the acquisition") else { continue }
            if let id = integer(acquisition["id"], pointer + "/id", 64, "\"id\"", from: 0), !ids.insert(id).inserted {
                error(pointer + "/id", 64, "two acquisitions have the id \(id)", fix: "give each its own id", by: .text)
            }
            for name in ["name", "maximumfieldcount"] where acquisition[name] == nil {
                warning(pointer, 64, "the acquisition has no \"\(name)\"", fix: "add \"\(name)\"")
            }
            for name in ["name", "description"] {
                optionalString(acquisition[name], "\(pointer)/\(name)", 64, "\"\(name)\"")
            }
            let bounds = [("maximumfieldcount", 1.0), ("starttime", 0), ("endtime", 0)]
            for (name, low) in bounds {
                optionalInteger(acquisition[name], "\(pointer)/\(name)", 64, "\"\(name)\"", from: low)
            }
        }
    }

    private mutating func checkWells(
        _ value: JSONValue?, _ rows: [String?], _ columns: [String?], _ pointer: String
    ) {
        for (index, item) in (list(value, pointer, 63, "\"wells\"") ?? []).enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let well = object(item, pointer, 63, "the well") else { continue }
            let path = string(well["path"], pointer + "/path", 63, "\"path\"")
            let row = integer(well["rowIndex"], pointer + "/rowIndex", 63, "\"rowIndex\"", from: 0)
            let column = integer(well["columnIndex"], pointer + "/columnIndex", 63, "\"columnIndex\"", from: 0)
            guard let path else { continue }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy(Self.isAlphanumeric) else {
                error(
                    pointer + "/path", 63, "\"\(path.prefix(40))\" is not row/column", fix: "write a path such as A/1")
                continue
            }
            guard let row, let column else { continue }
            guard rows.indices.contains(row), columns.indices.contains(column) else {
                error(
                    pointer, 63, "the plate has no row \(row) or no column \(column)", fix: "count from 0 in the lists",
                    by: .text)
                continue
            }
            if let name = rows[row], let columnName = columns[column], parts != [name, columnName] {
                // The test suite published with 0.4 has the rows and columns of most of its valid plates the wrong way
                // round; that of 0.5 has a case for it, that of 0.6 has not.
                error(
                    pointer + "/path", 63, "the path \(path) disagrees with row \(name) and column \(columnName)",
                    fix: "write \(name)/\(columnName), or correct rowIndex and columnIndex",
                    by: version == .v05 ? .schema : .text)
            }
        }
    }

    mutating func checkWell(_ members: JSONObject, _ pointer: String) {
        guard let value = members["well"] else {
            if version != .v04 { error(pointer, 66, "there is no \"well\"", fix: "add \"well\"") }
            return
        }
        let pointer = pointer + "/well"
        guard let well = object(value, pointer, 66, "\"well\"") else { return }
        if version == .v04 { checkVersion(well["version"], pointer + "/version", 66, required: false) }
        var paths = Set<String>()
        for (index, item) in (list(well["images"], pointer + "/images", 66, "\"images\"") ?? []).enumerated() {
            let pointer = "\(pointer)/images/\(index)"
            guard let image = object(item, pointer, 66, "the image") else { continue }
            optionalInteger(image["acquisition"], pointer + "/acquisition", 66, "\"acquisition\"")
            guard let path = string(image["path"], pointer + "/path", 66, "\"path\"") else { continue }
            if version != .v06 && !Self.isAlphanumeric(path) {
                error(
                    pointer + "/path", 66, "\"\(path.prefix(40))\" is not made of letters and digits",
                    fix: "use A-Z, a-z and 0-9 only")
            } else if version == .v06 && !Self.isNodeName(path) {
                error(
                    pointer + "/path", 66, "\"\(path.prefix(40))\" is not the name of a Zarr node",
                    fix: "use letters, digits, \"_\", \".\" and \"-\", not only dots and not \"__\" at the beginning")
            }
            if !paths.insert(path).inserted {
                error(pointer + "/path", 66, "two fields lie at \"\(path)\"", fix: "list each field once", by: .text)
            }
        }
    }

    /// - Source: Zarr v3, "Node names", as far as it recommends them.
    private static func isNodeName(_ text: String) -> Bool {
        let marks = Set("_.-".utf8)
        return !text.isEmpty && !text.hasPrefix("__") && !text.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
            && text.utf8.allSatisfy { marks.contains($0) || isAlphanumeric($0) }
    }

    private static func isAlphanumeric(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isAlphanumeric)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
