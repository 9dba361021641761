/// One entry of a directory: which tag, what type, how many values and where they lie.
package struct Field: Sendable, Hashable {
    package var tag: Tag
    /// The number of the value type, 1 (BYTE) to 18 (IFD8).
    package var type: UInt16
    package var count: Int
    /// Where the values lie in the file, whether inside the entry or elsewhere.
    package var location: Int

    /// Bytes of one value of each type; 0 for types that do not exist.
    private static let sizes: [Int] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]

    /// Bytes of one value.
    var valueSize: Int { Int(type) < Self.sizes.count ? Self.sizes[Int(type)] : 0 }
}

/// An image file directory (IFD) as it stands in the file: entries and the place of the next directory.
///
/// - Source: TIFF 6.0, section 2, "Image File Directory".
package struct Directory: Sendable {
    /// Where the directory lies.
    package var offset: Int
    /// Entries in file order.
    package var fields: [Field]
    /// Where the next directory lies; 0 where this is the last.
    package var next: Int

    /// The first entry of a tag; nil where there is none.
    package subscript(_ tag: Tag) -> Field? { fields.first { $0.tag == tag } }
}
