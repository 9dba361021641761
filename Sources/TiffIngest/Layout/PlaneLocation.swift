/// Where one plane of a series lies.
package struct PlaneLocation: Sendable, Hashable {
    private enum Kind: UInt8 { case absent, directory, bare }
    private let kind: Kind
    /// Which of the document's files.
    let file: Int32
    /// Of the plane's directory, or of its first pixel where it has none.
    let offset: Int

    /// A plane that was never written: it reads as zeros.
    package static let absent = PlaneLocation(kind: .absent, file: 0, offset: 0)

    /// A plane with a directory of its own.
    package static func directory(file: Int, offset: Int) -> PlaneLocation {
        PlaneLocation(kind: .directory, file: Int32(truncatingIfNeeded: file), offset: offset)
    }

    /// A plane that is only pixels, laid out as the level's first page but uncompressed and without gaps.
    package static func bare(file: Int, offset: Int) -> PlaneLocation {
        PlaneLocation(kind: .bare, file: Int32(truncatingIfNeeded: file), offset: offset)
    }

    var isAbsent: Bool { kind == .absent }
    var isBare: Bool { kind == .bare }
}

/// One resolution of a series: how its planes are laid out, and where they lie.
package struct PlaneStack: Sendable {
    /// The layout of the pages the level is made of.
    package var layout: PageLayout
    /// In C order of time, page channel, depth.
    package var planes: [PlaneLocation]
}
