import Zarr

/// `bioformats2raw.layout` and `series`.
///
/// - Source: OME-Zarr 0.4 to 0.6, "bioformats2raw.layout".
extension MetadataRules {
    mutating func checkLayout(_ members: JSONObject, _ pointer: String) {
        guard let layout = members["bioformats2raw.layout"] else {
            if version != .v04 {
                error(pointer, 67, "there is no \"bioformats2raw.layout\"", fix: "add \"bioformats2raw.layout\": 3")
            }
            return
        }
        if layout.double != 3 {
            error(
                pointer + "/bioformats2raw.layout", 67, "the layout is \(JSONKind.of(layout)), not 3",
                fix: "write the number 3, without quotes")
        }
    }

    mutating func checkSeries(_ members: JSONObject, _ pointer: String) {
        guard let series = members["series"] else {
            if version != .v04 { error(pointer, 70, "there is no \"series\"", fix: "list the paths of the images") }
            return
        }
        guard let paths = series.array, paths.allSatisfy({ $0.string != nil }) else {
            return error(
                pointer + "/series", 70, "\"series\" is not a list of paths",
                fix: "list the paths of the images, in the order of the OME-XML")
        }
    }
}
