/// The versions of the IIIF Image API that are spoken.
package enum IIIFVersion: Int, Sendable, CaseIterable {
    case two = 2
    case three = 3

    /// Of the documents of the version.
    var context: String { "http://iiif.io/api/image/\(rawValue)/context.json" }
    /// The level of what is offered.
    var profile: String { "http://iiif.io/api/image/\(rawValue)/level2.json" }
}
