/// All directories of a file, found once when it is opened.
///
/// A page takes 24 bytes here, whatever its directory holds: a million pages are 24 MB. The rest is read again when the
/// page's pixels are.
package struct DirectoryIndex: Sendable {
    /// One directory of the main chain, or a SubIFD.
    package struct Entry: Sendable {
        /// Where the directory lies.
        package var offset: Int
        /// Which of ``DirectoryIndex/layouts``; -1 where the directory is too damaged to say.
        package var layout: Int
        /// NewSubfileType: bit 0 a reduced image, bit 2 a mask.
        package var subfileType: Int
    }

    package var header: TiffHeader
    /// The different layouts, in order of first appearance.
    package private(set) var layouts: [PageLayout] = []
    /// The main chain in file order; at least one.
    package private(set) var pages: [Entry] = []
    /// The SubIFDs of those pages that have any, by the page's position in the chain.
    package private(set) var children: [Int: [Entry]] = [:]
    /// What was damaged and left out, one sentence each.
    package private(set) var warnings: [String] = []
    private var layoutNumbers: [PageLayout: Int] = [:]
    /// Values looked at so far, see ``charge(_:_:)``.
    private var work = 0

    /// The layout of an entry; nil where its directory is damaged.
    package func layout(of entry: Entry) -> PageLayout? { entry.layout < 0 ? nil : layouts[entry.layout] }

    /// Walks the chain of directories of a file.
    ///
    /// - Throws: ``TiffError`` where not even the first directory can be read, or there are too many.
    package init(_ reader: DirectoryReader) throws {
        header = reader.header
        var visited = Set<Int>()
        var offset = header.firstDirectory
        while offset != 0 {
            guard visited.insert(offset).inserted else {
                warnings.append("the chain of directories returns to byte \(offset); what would follow is ignored")
                break
            }
            guard visited.count <= reader.limits.directories else {
                throw TiffError(
                    .limitExceeded, "there are more than \(reader.limits.directories) directories",
                    path: reader.file.path)
            }
            do {
                let directory = try reader.directory(at: offset)
                try charge(directory, reader)
                let page = pages.count
                pages.append(try entry(directory, reader, isFirst: page == 0))
                try addChildren(of: directory, page, reader, &visited)
                offset = directory.next
            } catch let error as TiffError where !pages.isEmpty && error.code == .damaged {
                warnings.append("the pages after page \(pages.count) are lost: \(error.message)")
                break
            }
        }
    }

    /// Counts the entries of all directories, which cannot be more than fit the file unless directories overlap.
    ///
    /// Without this a file of a megabyte could hold a million directories of 65 535 entries, and keep a core busy for
    /// an hour. Each sample may have three values beside its entries: bits, format and meaning.
    private mutating func charge(_ directory: Directory, _ reader: DirectoryReader) throws {
        let samples =
            (directory[.samplesPerPixel] == nil ? nil : try reader.integer(.samplesPerPixel, of: directory)) ?? 1
        work += directory.fields.count + 3 * min(samples, 65_535)
        guard work <= 65_536 * 4 + reader.file.size / header.entrySize else {
            throw TiffError(.damaged, "the directories overlap", path: reader.file.path)
        }
    }

    private mutating func entry(_ directory: Directory, _ reader: DirectoryReader, isFirst: Bool) throws -> Entry {
        do {
            let layout = try PageLayout(directory, reader)
            return Entry(
                offset: directory.offset, layout: number(of: layout), subfileType: try subfileType(directory, reader))
        } catch let error as TiffError where !isFirst && error.code == .damaged {
            warnings.append("the directory at byte \(directory.offset) is ignored: \(error.message)")
            return Entry(offset: directory.offset, layout: -1, subfileType: 0)
        }
    }

    private mutating func number(of layout: PageLayout) -> Int {
        // Stacks repeat one layout a million times: comparing with the last one is cheaper than hashing.
        if let last = pages.last, last.layout >= 0, layouts[last.layout] == layout { return last.layout }
        if let known = layoutNumbers[layout] { return known }
        layouts.append(layout)
        layoutNumbers[layout] = layouts.count - 1
        return layouts.count - 1
    }

    private func subfileType(_ directory: Directory, _ reader: DirectoryReader) throws -> Int {
        if let value = try reader.integer(.newSubfileType, of: directory) { return value }
        // The old tag 255: 1 full image, 2 reduced image, 3 page.
        return try reader.integer(.subfileType, of: directory) == 2 ? 1 : 0
    }

    /// Adds the SubIFDs a page names; chains inside them are not followed, as no writer means anything by them.
    private mutating func addChildren(
        of directory: Directory, _ page: Int, _ reader: DirectoryReader, _ visited: inout Set<Int>
    ) throws {
        guard let field = directory[.subIFDs] else { return }
        do {
            var entries = [Entry]()
            for offset in try reader.integers(field, first: 4096) {
                guard offset >= 8, visited.insert(offset).inserted else { continue }
                let child = try reader.directory(at: offset)
                try charge(child, reader)
                entries.append(try entry(child, reader, isFirst: false))
            }
            children[page] = entries
        } catch let error as TiffError where error.code == .damaged {
            warnings.append("SubIFDs of page \(page) are ignored: \(error.message)")
        }
    }
}
