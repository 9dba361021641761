/// The files of a document while it is being opened: each is indexed once, however often it is named.
final class FileCatalogue {
    let limits: TiffLimits
    /// Without links; where all files must lie. Nil: anywhere.
    let folder: String?
    private(set) var members: [FileSet.Member] = []
    private(set) var indexes: [DirectoryIndex] = []
    private var numbers: [String: Int] = [:]
    private var opened: [Int: TiffFile] = [:]
    /// What was ignored and why, one sentence each.
    private(set) var warnings: [String] = []

    init(limits: TiffLimits, within folder: String? = nil) {
        self.limits = limits
        self.folder = folder
    }

    /// The number of a file, which is opened and indexed if it was not before.
    ///
    /// - Throws: ``TiffError``.
    func open(_ path: String) throws -> Int {
        if let number = numbers[path] { return number }
        guard members.count < limits.files else {
            throw TiffError(.limitExceeded, "the series has more than \(limits.files) files", path: path)
        }
        let file = try TiffFile(path: path, within: folder)
        let header = try TiffHeader(of: file)
        let index = try DirectoryIndex(DirectoryReader(file, header: header, limits: limits))
        let number = members.count
        members.append(FileSet.Member(path: path, header: header))
        indexes.append(index)
        numbers[path] = number
        // Only the first is kept open: a series may have more files than a process may open.
        if number == 0 { opened[0] = file }
        warnings += index.warnings
        return number
    }

    /// A reader for directories of a file.
    func reader(_ number: Int) throws -> DirectoryReader {
        let file = try opened[number] ?? TiffFile(path: members[number].path, within: folder)
        return DirectoryReader(file, header: members[number].header, limits: limits)
    }

    func warn(_ sentence: String) { warnings.append(sentence) }

    /// The files as the images keep them.
    func set() -> FileSet { FileSet(members, opened: opened, within: folder) }
}
