import Zarr

/// Files of tifffile's own convention: the array's shape as JSON in the description, often with all pixels behind one
/// directory.
enum ShapedTiff {
    /// Whether a description is tifffile's.
    static func matches(_ description: [UInt8]) -> Bool { description.starts(with: "{\"shape\":".utf8) }

    /// The series of the first file; nil where the description does not fit the pages.
    static func series(_ catalogue: FileCatalogue, _ reader: DirectoryReader) throws -> [SeriesDraft]? {
        let index = catalogue.indexes[0]
        var drafts = [SeriesDraft]()
        var page = 0
        while page < index.pages.count {
            let directory = try reader.directory(at: index.pages[page].offset)
            guard let text = reader.text(.imageDescription, of: directory), matches(text),
                let layout = index.layout(of: index.pages[page]), layout.unsupported == nil
            else { return nil }
            guard let properties = properties(text) else {
                catalogue.warn("the description by tifffile is not JSON; the pages are read as they stand")
                return nil
            }
            guard let (draft, used) = try series(properties, layout, at: page, catalogue, reader) else { return nil }
            drafts.append(draft)
            page += used
        }
        return drafts.isEmpty ? nil : drafts
    }

    private static func series(
        _ properties: JSONObject, _ layout: PageLayout, at page: Int, _ catalogue: FileCatalogue,
        _ reader: DirectoryReader
    ) throws -> (SeriesDraft, pages: Int)? {
        let index = catalogue.indexes[0]
        guard let order = order(properties, layout) else { return nil }
        let count = try order.count(catalogue.limits)
        let levels: [PlaneStack]
        var used = 1
        if let bare = try BarePlanes.find(count, layout, page: page, catalogue, reader) {
            levels = [PlaneStack(layout: layout, planes: try order.places(catalogue.limits).map { bare[$0] })]
        } else {
            guard count <= index.pages.count - page else { return nil }
            let pages = try order.places(catalogue.limits).map { SubIFDPyramid.PageNumber(file: 0, page: page + $0) }
            guard let found = SubIFDPyramid.levels(pages, catalogue) else { return nil }
            levels = found
            used = count
        }
        var draft = SeriesDraft(levels: levels)
        draft.times = order.extent(.time)
        draft.pageChannels = order.extent(.channel)
        draft.depths = order.extent(.depth)
        draft.calibration = calibration(
            properties, try reader.directory(at: index.pages[page].offset), catalogue, reader)
        return (draft, used)
    }

    /// The members of the description; nil where it is no JSON object.
    private static func properties(_ text: [UInt8]) -> JSONObject? {
        // Python writes numbers JSON does not have, say for an unknown spacing; null is what they mean.
        let value = (try? JSONValue.parse(text)) ?? (try? JSONValue.parse(withoutNonFinite(text)))
        return value?.object
    }

    /// The text with `NaN`, `Infinity` and `-Infinity` outside strings replaced by `null`.
    private static func withoutNonFinite(_ text: [UInt8]) -> [UInt8] {
        var result = [UInt8](), rest = text[...], isInString = false
        while let byte = rest.first {
            if !isInString, let word = ["NaN", "-Infinity", "Infinity"].first(where: { rest.starts(with: $0.utf8) }) {
                result += "null".utf8
                rest = rest.dropFirst(word.utf8.count)
                continue
            }
            let isEscape = isInString && byte == UInt8(ascii: "\\")
            if byte == UInt8(ascii: "\"") { isInString.toggle() }
            result += rest.prefix(isEscape ? 2 : 1)
            rest = rest.dropFirst(isEscape ? 2 : 1)
        }
        return result
    }

    /// The axes beyond those of one page; nil where the shape is not made of whole pages.
    private static func order(_ properties: JSONObject, _ layout: PageLayout) -> PlaneOrder? {
        let pageShape =
            (layout.isPlanar ? [layout.samples] : []) + [layout.height, layout.width]
            + (layout.isInterleaved ? [layout.samples] : [])
        guard let extents = properties["shape"]?.array, (1...32).contains(extents.count) else { return nil }
        let shape = extents.compactMap(\.int)
        guard shape.count == extents.count, shape.allSatisfy({ $0 > 0 }), let pageSize = Product.of(pageShape),
            let total = Product.of(shape), total % pageSize == 0
        else { return nil }
        let count = total / pageSize
        var letters = Array(properties["axes"]?.string ?? "")
        if letters.count != shape.count { letters = [Character](repeating: "Q", count: shape.count) }
        var axes = [(role: PlaneOrder.Role, extent: Int)](), product = 1
        for (letter, extent) in zip(letters, shape) where product < count {
            axes.append((PlaneOrder.role(letter), extent))
            product *= extent
        }
        return PlaneOrder(axes: product == count ? axes : [(.depth, count)])
    }
}
