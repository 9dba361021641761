import Zarr

/// The coordinate transformations of 0.6, whatever they stand in.
///
/// - Source: OME-Zarr 0.6, "coordinateTransformations" metadata.
extension MetadataRules {
    /// Checks a transformation without its ends.
    ///
    /// - Parameter rank: dimensions of its input; nil where they are unknown.
    /// - Returns: dimensions of its output; nil where they cannot be told.
    @discardableResult
    mutating func checkTransformation(_ value: JSONValue?, _ pointer: String, rank: Int?) -> Int? {
        guard let members = object(value, pointer, 37, "the transformation"),
            let type = string(members["type"], pointer + "/type", 37, "\"type\"")
        else { return nil }
        optionalString(members["name"], pointer + "/name", 37, "\"name\"")
        let inner = "\(pointer)/\(type)"
        switch type {
        case "identity": return rank
        case "scale": return checkNumbers(members[type], inner, type, above: 0, rank)
        case "translation": return checkNumbers(members[type], inner, type, rank)
        case "mapAxis": return checkMapAxis(members[type], inner, rank)
        case "projectAxis": return checkProjectAxis(members, pointer, rank)
        case "affine": return checkAffine(members, pointer, rank)
        case "rotation": return checkRotation(members, pointer, rank)
        case "sequence": return checkSequence(members["transformations"], pointer + "/transformations", rank)
        case "byDimension": return checkByDimension(members["transformations"], pointer + "/transformations")
        case "bijection":
            let output = checkTransformation(members["forward"], pointer + "/forward", rank: rank)
            checkTransformation(members["inverse"], pointer + "/inverse", rank: output)
            return output
        case "displacements", "coordinates": return checkField(members, pointer, type == "displacements" ? rank : nil)
        default:
            error(
                pointer + "/type", 37, "there is no transformation \"\(type.prefix(40))\"",
                fix: "use a type of the specification")
            return nil
        }
    }

    /// The numbers of a list, one for each axis.
    private mutating func checkNumbers(
        _ value: JSONValue?, _ pointer: String, _ type: String, above low: Double = -.infinity, _ rank: Int?
    ) -> Int? {
        let rule = 41
        guard let list = value?.array, list.allSatisfy({ ($0.double ?? -.infinity) > low }) else {
            let kind = low == 0 ? "positive numbers" : "numbers"
            error(
                pointer, rule, "\"\(type)\" is \(JSONKind.of(value)), not a list of \(kind)",
                fix: "write one number for each axis; an array at a path is not allowed")
            return nil
        }
        checkLength(list.count, rank, pointer, rule, "\"\(type)\" has \(list.count) numbers")
        return list.count
    }

    private mutating func checkLength(_ count: Int, _ rank: Int?, _ pointer: String, _ rule: Int, _ message: String) {
        guard let rank, rank != count else { return }
        error(pointer, rule, "\(message) for \(rank) axes", fix: "write one for each axis", by: .text)
    }

    /// Places of axes: integers from 0 to 4, none twice.
    private mutating func checkPlaces(
        _ value: JSONValue?, _ pointer: String, _ rule: Int, _ counts: ClosedRange<Int>
    ) -> [Int]? {
        let list = value?.array ?? [],
            places = list.compactMap(\.double).filter { (0...4).contains($0) }.map { Int($0) }
        let isWhole = list.allSatisfy { $0.double.map { $0 == $0.rounded() } ?? false }
        if counts.contains(list.count), places.count == list.count, isWhole, Set(places).count == list.count {
            return places
        }
        error(
            pointer, rule,
            "the axes are not \(counts.lowerBound) to \(counts.upperBound) different integers from 0 to 4",
            fix: "count axes from 0 and list each once")
        return nil
    }

    private mutating func checkMapAxis(_ value: JSONValue?, _ pointer: String, _ rank: Int?) -> Int? {
        guard let places = checkPlaces(value, pointer, 39, 2...5) else { return nil }
        checkLength(places.count, rank, pointer, 39, "\"mapAxis\" names \(places.count) axes")
        if places.sorted() != Array(places.indices) {
            error(pointer, 39, "\"mapAxis\" \(places) is no permutation", fix: "list every axis from 0 once", by: .text)
        }
        return places.count
    }

    private mutating func checkProjectAxis(_ members: JSONObject, _ pointer: String, _ rank: Int?) -> Int? {
        let dropped = members["droppedInputs"], created = members["createdOutputs"]
        if dropped == nil && created == nil {
            error(
                pointer, 40, "there is neither \"droppedInputs\" nor \"createdOutputs\"",
                fix: "say which axes go or come")
            return nil
        }
        var places: (dropped: [Int]?, created: [Int]?) = ([], [])
        if let dropped { places.dropped = checkPlaces(dropped, pointer + "/droppedInputs", 40, 1...3) }
        if let created { places.created = checkPlaces(created, pointer + "/createdOutputs", 40, 1...3) }
        guard let rank, let dropped = places.dropped, let created = places.created else { return nil }
        let output = rank - dropped.count + created.count
        if dropped.contains(where: { $0 >= rank }) || created.contains(where: { $0 >= output }) {
            error(
                pointer, 40, "axes are named that the \(rank) of the input or \(output) of the output do not have",
                fix: "count axes from 0", by: .text)
        }
        return output
    }

    private mutating func checkSequence(_ value: JSONValue?, _ pointer: String, _ rank: Int?) -> Int? {
        guard let list = value?.array else {
            error(
                pointer, 44, "\"transformations\" is \(JSONKind.of(value)), not a list", fix: "list them, first to last"
            )
            return nil
        }
        if list.isEmpty {
            error(pointer, 44, "the sequence is empty", fix: "write an identity instead", by: .text)
        }
        var rank = rank
        for (index, item) in list.enumerated() { rank = checkTransformation(item, "\(pointer)/\(index)", rank: rank) }
        return rank
    }

    private mutating func checkByDimension(_ value: JSONValue?, _ pointer: String) -> Int? {
        guard let list = value?.array else {
            error(
                pointer, 46, "\"transformations\" is \(JSONKind.of(value)), not a list", fix: "list one for each part")
            return nil
        }
        var outputs = [Double]()
        for (index, item) in list.enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let part = object(item, pointer, 46, "the part") else { continue }
            var counts = [Int?]()
            for name in ["inputAxes", "outputAxes"] {
                let axes = part[name]?.array ?? [], numbers = axes.compactMap(\.double)
                if part[name]?.array == nil || numbers.count != axes.count {
                    error(
                        "\(pointer)/\(name)", 46, "\"\(name)\" is \(JSONKind.of(part[name])), not a list of numbers",
                        fix: "count axes from 0")
                }
                counts.append(part[name]?.array?.count)
                if name == "outputAxes" { outputs += numbers }
            }
            let output = checkTransformation(part["transformation"], pointer + "/transformation", rank: counts[0])
            if let output, let count = counts[1] {
                checkLength(
                    output, count, pointer + "/outputAxes", 46, "the transformation gives \(output) coordinates")
            }
        }
        if outputs.sorted() != outputs.indices.map(Double.init) {
            error(
                pointer, 46, "the parts do not give every output axis once", fix: "name each output axis in one part",
                by: .text)
        }
        return outputs.count
    }

    private mutating func checkField(_ members: JSONObject, _ pointer: String, _ rank: Int?) -> Int? {
        _ = string(members["path"], pointer + "/path", 45, "\"path\"")
        if let interpolation = members["interpolation"],
            !["nearest", "linear", "cubic"].contains(interpolation.string)
        {
            error(
                pointer + "/interpolation", 45, "the interpolation is \(JSONKind.of(interpolation))",
                fix: "write nearest, linear or cubic")
        }
        return rank
    }
}

/// Transformations by a matrix.
extension MetadataRules {
    private mutating func checkAffine(_ members: JSONObject, _ pointer: String, _ rank: Int?) -> Int? {
        guard let rows = checkMatrix(members, pointer, "affine", 42, { _ in true }) else { return nil }
        let width = rows.first?.count ?? 0
        if rows.contains(where: { $0.count != width }) || width < 2 || rank.map({ $0 + 1 != width }) ?? false {
            error(
                pointer + "/affine", 42, "the matrix has rows of \(rows.map(\.count)) numbers",
                fix: "write a row for each output axis, with one number for each input axis and the offset", by: .text)
        }
        return rows.count
    }

    private mutating func checkRotation(_ members: JSONObject, _ pointer: String, _ rank: Int?) -> Int? {
        let isSquare = { (rows: [[Double]]) in
            (2...5).contains(rows.count) && rows.allSatisfy { $0.count == rows.count }
        }
        guard let rows = checkMatrix(members, pointer, "rotation", 43, isSquare) else { return nil }
        checkLength(rows.count, rank, pointer + "/rotation", 43, "the matrix has \(rows.count) rows")
        // Angles are commonly written with four digits.
        let isOrthonormal = rows.indices.allSatisfy { row in
            rows.indices.allSatisfy { other in
                let product = zip(rows[row], rows[other]).reduce(0) { $0 + $1.0 * $1.1 }
                return abs(product - (row == other ? 1 : 0)) < 1e-3
            }
        }
        if !isOrthonormal || Self.determinant(rows) < 0 {
            error(
                pointer + "/rotation", 43, "the matrix is no rotation: its rows are not orthonormal, or it mirrors",
                fix: "write an affine transformation, or correct the numbers", by: .text)
        }
        return rows.count
    }

    /// A matrix written out, or the path of one: exactly one of the two.
    ///
    /// - Returns: its rows; nil where it lies elsewhere or is malformed.
    private mutating func checkMatrix(
        _ members: JSONObject, _ pointer: String, _ type: String, _ rule: Int, _ isWanted: ([[Double]]) -> Bool
    ) -> [[Double]]? {
        let list = members[type]?.array
        let rows = (list ?? []).compactMap { row -> [Double]? in
            let numbers = row.array?.compactMap(\.double)
            return numbers?.count == row.array?.count ? numbers : nil
        }
        let isWritten = list != nil && rows.count == list?.count && isWanted(rows)
        let isStored = members["path"]?.string != nil
        if isWritten != isStored { return isWritten ? rows : nil }
        error(
            pointer, rule,
            isWritten
                ? "there are both \"\(type)\" and \"path\"" : "there is neither a matrix \"\(type)\" nor a \"path\"",
            fix: "write the matrix as a list of rows, or the path of an array that holds it")
        return nil
    }

    /// By expansion along the first row; matrices have at most five.
    private static func determinant(_ rows: [[Double]]) -> Double {
        guard rows.count > 1 else { return rows.first?.first ?? 1 }
        return rows.indices.reduce(0) { sum, column in
            let minor = rows.dropFirst().map { row in row.indices.filter { $0 != column }.map { row[$0] } }
            return sum + (column.isMultiple(of: 2) ? 1 : -1) * rows[0][column] * determinant(minor)
        }
    }
}
