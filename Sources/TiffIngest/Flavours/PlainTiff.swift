import OMEZarr

/// Pages nobody explains: those of equal layout are one series, smaller copies of a series are its levels.
///
/// Follows tifffile's "generic" series, so that what one reader calls a series, the other does too.
enum PlainTiff {
    /// Pages of equal layout.
    private struct Group {
        var layout: PageLayout
        var planes: [PlaneLocation]
        var levels: [PlaneStack] = []
        var isSubIFD: Bool
        var isMask: Bool
        var firstDirectory: Int
    }

    /// The series of the first file of a catalogue.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where no page can be read.
    static func series(_ catalogue: FileCatalogue, _ reader: DirectoryReader) throws -> [SeriesDraft] {
        var groups = self.groups(catalogue.indexes[0])
        let masks = groups.count
        if let first = groups.first, !first.isMask { groups.removeAll(where: \.isMask) }
        if groups.count < masks { catalogue.warn("transparency masks are ignored: they are no images") }
        findPyramids(&groups)
        guard !groups.isEmpty else { throw TiffError(.damaged, "the file holds no image") }
        if groups.contains(where: { $0.planes.count > 1 }) {
            catalogue.warn("the file does not say what its pages are; they are taken as planes along z")
        }
        return try groups.map { group in
            var draft = SeriesDraft(
                levels: [PlaneStack(layout: group.layout, planes: group.planes)] + group.levels)
            draft.depths = group.planes.count
            draft.calibration = calibration(try reader.directory(at: group.firstDirectory), reader)
            return draft
        }
    }

    private static func groups(_ index: DirectoryIndex) -> [Group] {
        var groups = [Group](), numbers = [Int: Int]()
        func add(_ entry: DirectoryIndex.Entry, isSubIFD: Bool) {
            guard let layout = index.layout(of: entry) else { return }
            let place = PlaneLocation.directory(file: 0, offset: entry.offset)
            if let number = numbers[entry.layout] { return groups[number].planes.append(place) }
            numbers[entry.layout] = groups.count
            groups.append(
                Group(
                    layout: layout, planes: [place], isSubIFD: isSubIFD,
                    isMask: entry.subfileType & 4 != 0 || layout.photometric == 4, firstDirectory: entry.offset))
        }
        for (page, entry) in index.pages.enumerated() {
            add(entry, isSubIFD: false)
            for child in index.children[page] ?? [] { add(child, isSubIFD: true) }
        }
        return groups
    }

    /// All pairs of groups are compared, which takes minutes where each of 30,000 pages has a size of its own. Nobody
    /// writes as many pyramids without saying so.
    private static let mostGroups = 1024

    /// Hangs each group that is one step smaller than the last level of an earlier one below it.
    private static func findPyramids(_ groups: inout [Group]) {
        guard groups.count <= mostGroups else { return }
        var top = 0
        while top < groups.count {
            var factor: Int?
            var candidate = top + 1
            while candidate < groups.count && !groups[top].isSubIFD {
                let last = groups[top].levels.last?.layout ?? groups[top].layout
                let found = (factor.map { [$0] } ?? [2, 3, 4]).first {
                    isStep(from: last, to: groups[candidate], planes: groups[top].planes.count, factor: $0)
                }
                guard let found else {
                    candidate += 1
                    continue
                }
                factor = found
                let level = groups.remove(at: candidate)
                groups[top].levels.append(PlaneStack(layout: level.layout, planes: level.planes))
            }
            top += 1
        }
    }

    /// Whether a group is the next level: the same but for a size that is the last one's divided and rounded.
    private static func isStep(from last: PageLayout, to group: Group, planes: Int, factor: Int) -> Bool {
        func fits(_ large: Int, _ small: Int) -> Bool {
            factor <= large && abs(Double(large) / Double(factor) - Double(small)) < 1
        }
        return group.planes.count == planes && group.layout.samples == last.samples && group.layout.type == last.type
            && group.layout.unsupported == nil && fits(last.width, group.layout.width)
            && fits(last.height, group.layout.height)
    }

    /// Pixel sizes from the resolution tags, where they are more than a printer's default.
    static func calibration(_ directory: Directory, _ reader: DirectoryReader) -> Calibration {
        var calibration = Calibration()
        // 33550 ModelPixelScale: a map, whose resolution tags are for printing.
        guard directory[Tag(rawValue: 33550)] == nil, directory[.resolutionUnit] != nil,
            let unit = try? reader.integer(.resolutionUnit, of: directory), unit == 2 || unit == 3
        else { return calibration }
        let micrometresPerUnit = unit == 2 ? 25_400.0 : 10_000.0
        func spacing(_ tag: Tag) -> Spacing? {
            guard let resolution = reader.number(tag, of: directory), resolution > 0, resolution != 1 else {
                return nil
            }
            let dotsPerInch = unit == 2 ? resolution : resolution * 2.54
            // 0.5 %: writers round 72 dpi to 28 or 28.35 per centimetre.
            if [72.0, 96, 150, 300].contains(where: { abs(dotsPerInch / $0 - 1) < 0.005 }) { return nil }
            return Spacing(micrometresPerUnit / resolution, unit: "micrometer")
        }
        if let x = spacing(.xResolution), let y = spacing(.yResolution) {
            calibration.x = x
            calibration.y = y
        }
        return calibration
    }
}
