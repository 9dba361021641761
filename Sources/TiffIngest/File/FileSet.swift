import Synchronization

/// The files of one document, of which only some are open at a time.
///
/// A multi-file series can have thousands of files and a process may by default hold 1024 open.
package final class FileSet: Sendable {
    /// What one file is made of; known since the document was opened.
    package struct Member: Sendable {
        var path: String
        var header: TiffHeader
    }

    package let members: [Member]
    /// Where all files must lie; nil: anywhere.
    let folder: String?
    private let opened: Mutex<[Int: TiffFile]>
    let known = Mutex<Known?>(nil)

    /// What the files were when they were first looked at.
    struct Known {
        var identity: String
        /// Size and time of change of each.
        var changes: [String]
    }

    private static let mostOpen = 128

    package init(_ members: [Member], opened: [Int: TiffFile], within folder: String? = nil) {
        self.members = members
        self.folder = folder
        self.opened = Mutex(opened)
    }

    /// The file at an index, opened again if need be. Whoever holds the result keeps it open.
    package func file(_ index: Int) throws -> TiffFile {
        if let file = opened.withLock({ $0[index] }) { return file }
        let file = try TiffFile(path: members[index].path, within: folder)
        opened.withLock {
            // Which file goes matters little: series are read in order, so that any but the newest is as good.
            if $0.count >= Self.mostOpen, let other = $0.keys.first { $0[other] = nil }
            $0[index] = file
        }
        return file
    }
}
