import OMEZarr

/// Reads which part of an image is shown from the parameters of OMERO's addresses: `region=x,y,w,h` in pixels of level 0,
/// or `tile=level,column,row[,w,h]`, where level 0 is the finest. What lies beyond the image is left out.
///
/// - Source: omero-web, `webgateway.views.render_image_region`.
package enum OMEROFrame {
    /// Pixels of a tile where the request does not say; and the most on its sides.
    static let side = 256, longestSide = 2048

    /// - Throws: ``ServiceError`` with status 400.
    package static func frame(_ query: RequestQuery, of image: ImageDescription) throws -> RenderFrame {
        if let text = query[.tile], !text.isEmpty { return try tile(text, image) }
        guard let text = query[.region], !text.isEmpty else {
            throw ServiceError(.badRequest, "parameter", "say which part: region=x,y,w,h or tile=level,column,row")
        }
        let numbers = try numbers(text, "region", 4...4), size = size(image, 0)
        guard numbers[0] < size.width, numbers[1] < size.height, numbers[2] > 0, numbers[3] > 0 else {
            throw ServiceError.wrong("region", text, "the image is \(size.width) x \(size.height)")
        }
        let columns = min(numbers[2], size.width - numbers[0]), rows = min(numbers[3], size.height - numbers[1])
        return RenderFrame(
            x: Double(numbers[0]), y: Double(numbers[1]), width: Double(columns), height: Double(rows),
            columns: columns, rows: rows)
    }

    private static func tile(_ text: String, _ image: ImageDescription) throws -> RenderFrame {
        let numbers = try numbers(text, "tile", 3...5)
        guard numbers.count != 4, image.levels.indices.contains(numbers[0]) else {
            throw ServiceError.wrong(
                "tile", text, "use level,column,row[,w,h]; there are levels 0 to \(image.levels.count - 1)")
        }
        let width = numbers.count == 5 ? numbers[3] : side, height = numbers.count == 5 ? numbers[4] : side
        guard (1...longestSide).contains(width), (1...longestSide).contains(height) else {
            throw ServiceError.wrong("tile", text, "its sides go from 1 to \(longestSide)")
        }
        let size = size(image, numbers[0]), factors = FrameSource.factors(numbers[0], of: image)
        guard numbers[1] <= (size.width - 1) / width, numbers[2] <= (size.height - 1) / height else {
            throw ServiceError.wrong("tile", text, "the level is \(size.width) x \(size.height)")
        }
        let x = numbers[1] * width, y = numbers[2] * height
        let columns = min(width, size.width - x), rows = min(height, size.height - y)
        let (factorX, factorY) = (factors[axis(image, "x")], factors[axis(image, "y")])
        return RenderFrame(
            x: Double(x) * factorX, y: Double(y) * factorY, width: Double(columns) * factorX,
            height: Double(rows) * factorY, columns: columns, rows: rows)
    }

    private static func size(_ image: ImageDescription, _ level: Int) -> (width: Int, height: Int) {
        (image.levels[level].shape[axis(image, "x")], image.levels[level].shape[axis(image, "y")])
    }

    private static func axis(_ image: ImageDescription, _ name: String) -> Int {
        image.axis(name) ?? image.axes.count - (name == "x" ? 1 : 2)
    }

    /// Whole numbers, none negative.
    private static func numbers(_ text: String, _ name: String, _ counts: ClosedRange<Int>) throws -> [Int] {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard counts.contains(numbers.count), !numbers.contains(where: { $0.map { $0 < 0 } ?? true }) else {
            throw ServiceError.wrong(name, text, "use \(counts.upperBound) whole numbers")
        }
        return numbers.compactMap { $0 }
    }
}
