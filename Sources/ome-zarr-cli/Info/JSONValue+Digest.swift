import Zarr

extension JSONValue {
    /// The beginning of attributes on one line; nil where there are none.
    var digest: String? {
        guard object?.isEmpty == false else { return nil }
        let text = description
        return text.count <= 100 ? text : String(text.prefix(99)) + "…"
    }
}
