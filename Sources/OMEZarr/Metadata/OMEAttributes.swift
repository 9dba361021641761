package import Zarr

/// The OME members of a group's attributes, wherever the version keeps them.
///
/// - Source: OME-Zarr 0.4 (members of `.zattrs`), 0.5 (members of `attributes.ome`).
package struct OMEAttributes: Sendable, Hashable {
    /// `multiscales`, `omero`, `plate`, …
    package var members: JSONObject
    /// JSON pointer of the members inside the attributes: "" or "/ome".
    package var pointer: String

    /// The OME members of attributes; where both places have some, "ome" counts.
    package init(_ attributes: JSONValue) {
        if let ome = attributes["ome"]?.object {
            members = ome
            pointer = "/ome"
        } else {
            members = attributes.object ?? JSONObject()
            pointer = ""
        }
    }

    /// The version the metadata names: `ome.version`, else that of `multiscales`, `plate`, `well` or `image-label`.
    package var version: String? {
        members["version"]?.string ?? members["multiscales"]?[0]?["version"]?.string
            ?? members["plate"]?["version"]?.string ?? members["well"]?["version"]?.string
            ?? members["image-label"]?["version"]?.string
    }

    /// The entry of `multiscales` to show: the first.
    package var multiscale: JSONValue? { members["multiscales"]?[0] }
}
