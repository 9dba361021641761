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
                let layout = index.layout(of: index.pages[page]), layout.unsupported == nil,
                let (draft, used) = try series(text, layout, at: page, catalogue, reader)
            else { return nil }
            drafts.append(draft)
            page += used
        }
        return drafts.isEmpty ? nil : drafts
    }

    private static func series(
        _ text: [UInt8], _ layout: PageLayout, at page: Int, _ catalogue: FileCatalogue, _ reader: DirectoryReader
    ) throws -> (SeriesDraft, pages: Int)? {
        let index = catalogue.indexes[0]
        guard let shape = integers(after: "\"shape\":", in: text), let (order, count) = order(shape, text, layout)
        else {
            return nil
        }
        guard count <= catalogue.limits.planes else {
            throw TiffError(.limitExceeded, "the series has \(count) planes, the limit is \(catalogue.limits.planes)")
        }
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
        draft.calibration = PlainTiff.calibration(try reader.directory(at: index.pages[page].offset), reader)
        return (draft, used)
    }

    /// The axes beyond those of one page, and how many planes they make.
    private static func order(_ shape: [Int], _ text: [UInt8], _ layout: PageLayout) -> (PlaneOrder, Int)? {
        let pageShape =
            (layout.isPlanar ? [layout.samples] : []) + [layout.height, layout.width]
            + (layout.isInterleaved ? [layout.samples] : [])
        guard shape.allSatisfy({ $0 > 0 }), let pageSize = Product.of(pageShape), let total = Product.of(shape),
            total % pageSize == 0
        else { return nil }
        let count = total / pageSize
        var letters = Array(string(after: "\"axes\":", in: text) ?? "")
        if letters.count != shape.count { letters = [Character](repeating: "Q", count: shape.count) }
        var axes = [(role: PlaneOrder.Role, extent: Int)](), product = 1
        for (letter, extent) in zip(letters, shape) where product < count {
            axes.append((PlaneOrder.role(letter), extent))
            product *= extent
        }
        return (PlaneOrder(axes: product == count ? axes : [(.depth, count)]), count)
    }

    /// The integers of a JSON array after a key; tifffile writes it flat.
    private static func integers(after key: String, in text: [UInt8]) -> [Int]? {
        guard let start = end(of: key, in: text), let open = text[start...].firstIndex(of: UInt8(ascii: "[")),
            let close = text[open...].firstIndex(of: UInt8(ascii: "]"))
        else { return nil }
        let parts = String(decoding: text[(open + 1)..<close], as: UTF8.self).split(separator: ",")
        let values = parts.compactMap { Int($0.filter { !$0.isWhitespace }) }
        return values.count == parts.count && !values.isEmpty && values.count <= 32 ? values : nil
    }

    private static func string(after key: String, in text: [UInt8]) -> String? {
        guard let start = end(of: key, in: text), let open = text[start...].firstIndex(of: UInt8(ascii: "\"")),
            let close = text[(open + 1)...].firstIndex(of: UInt8(ascii: "\""))
        else { return nil }
        return String(decoding: text[(open + 1)..<close], as: UTF8.self)
    }

    private static func end(of key: String, in text: [UInt8]) -> Int? {
        let key = Array(key.utf8)
        guard text.count >= key.count else { return nil }
        for start in 0...(text.count - key.count) where text[start..<start + key.count].elementsEqual(key) {
            return start + key.count
        }
        return nil
    }
}
