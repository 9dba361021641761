import Zarr

/// When and where each plane was taken, as far as the Plane elements of OME-XML say, as arrays of numbers.
///
/// `{"axes": ["t", "c", "z"], "shape": […], "DeltaT": […], "DeltaTUnit": "s", …}`: the arrays have one number for each
/// plane in C order of the axes, null where it is unknown, or are a single number where all planes have the same.
struct PlaneRecord: Sendable {
    private let shape: [Int]
    private let planes: [OMEXML.Plane]
    private let units: [OMEXML.Plane.Quantity: String]

    /// More planes stay in the OME-XML alone: a document of many megabytes must be read before the first pixel.
    private static let mostPlanes = 1 << 17

    /// Nil where the image says nothing of its planes.
    init?(_ image: OMEXML.Image) {
        guard !image.planes.isEmpty else { return nil }
        shape = [image.sizeT, image.sizeC, image.sizeZ]
        planes = image.planes
        units = image.planeUnits
    }

    /// The record; how many planes there are where they are too many.
    var json: JSONValue {
        var record: JSONObject = ["axes": ["t", "c", "z"], "shape": JSONValue(shape)]
        guard shape.saturatingProduct() <= Self.mostPlanes else { return .object(record) }
        for quantity in OMEXML.Plane.Quantity.allCases {
            guard let values = values(quantity) else { continue }
            record[quantity.rawValue] = values
            record[quantity.rawValue + "Unit"] = .string(units[quantity] ?? quantity.unit)
        }
        return .object(record)
    }

    /// Nil where no plane has a value.
    private func values(_ quantity: OMEXML.Plane.Quantity) -> JSONValue? {
        var values = [Double](repeating: .nan, count: shape.saturatingProduct())
        for plane in planes where zip(plane.place, shape).allSatisfy({ (0..<$1).contains($0) }) {
            let place = (plane.place[0] * shape[1] + plane.place[1]) * shape[2] + plane.place[2]
            if let value = plane[quantity] { values[place] = value }
        }
        guard let known = values.first(where: { !$0.isNaN }) else { return nil }
        if values.allSatisfy({ $0 == known }) { return JSONValue(known) }
        return .array(values.map { $0.isNaN ? .null : JSONValue($0) })
    }
}
