import OMEZarr
import TiffIngest
import Zarr

/// One thing on the disk that holds images: a folder or an archive of Zarr, or a TIFF file.
struct LibraryItem: Sendable, Hashable {
    enum Kind: String, Sendable { case zarr, archive, tiff }

    /// Its path below the root with "~" for "/", which needs no encoding in addresses.
    let id: String
    let kind: Kind
    /// On the disk, without links.
    let path: String
    let root: ServedRoot

    /// The last name of its path.
    var name: String { path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? path }

    /// What tells its contents from those before they were changed, as far as its documents or its file tell. Nil where
    /// it is gone.
    var version: FileVersion? {
        guard kind == .zarr else { return FileVersion(path: path) }
        for document in Self.documents {
            if let version = FileVersion(path: path + "/" + document) { return version }
        }
        return nil
    }

    /// The documents by which a folder is known for Zarr or N5, those that change with an image first.
    static let documents = ["zarr.json", ".zattrs", ".zgroup", ".zarray", "attributes.json"]
}
