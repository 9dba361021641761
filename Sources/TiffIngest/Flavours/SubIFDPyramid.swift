/// Levels that hang below each page as SubIFDs, as OME-TIFF and tifffile write them.
enum SubIFDPyramid {
    /// A page of the main chain of a file.
    struct PageNumber {
        var file: Int
        var page: Int
    }

    /// The levels of a series from the pages of level 0; nil where a plane was never written.
    ///
    /// A level counts only if it is smaller than the one before and otherwise like it.
    static func levels(_ planes: [PageNumber?], _ catalogue: FileCatalogue) -> [PlaneStack]? {
        guard let key = planes.lazy.compactMap(\.self).first,
            let layout = catalogue.indexes[key.file].layout(of: catalogue.indexes[key.file].pages[key.page])
        else { return nil }
        var levels = [
            PlaneStack(
                layout: layout,
                planes: planes.map { plane in
                    guard let plane else { return .absent }
                    return .directory(
                        file: plane.file, offset: catalogue.indexes[plane.file].pages[plane.page].offset)
                })
        ]
        let children = catalogue.indexes[key.file].children[key.page] ?? []
        for (number, child) in children.enumerated() {
            guard let reduced = catalogue.indexes[key.file].layout(of: child),
                isLevel(reduced, below: levels[levels.count - 1].layout)
            else { break }
            levels.append(
                PlaneStack(
                    layout: reduced,
                    planes: planes.map { plane in
                        guard let plane, let entries = catalogue.indexes[plane.file].children[plane.page],
                            number < entries.count
                        else { return .absent }
                        return .directory(file: plane.file, offset: entries[number].offset)
                    }))
        }
        return levels
    }

    /// Whether a layout is a smaller version of another.
    static func isLevel(_ reduced: PageLayout, below layout: PageLayout) -> Bool {
        reduced.width <= layout.width && reduced.height <= layout.height
            && (reduced.width < layout.width || reduced.height < layout.height)
            && reduced.samples == layout.samples && reduced.type == layout.type && reduced.unsupported == nil
    }
}
