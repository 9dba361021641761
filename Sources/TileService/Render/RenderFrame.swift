import OMEZarr

/// Which part of an image becomes which pixels of a picture.
package struct RenderFrame: Sendable, Hashable {
    /// Where the part begins and how far it reaches, in pixels of level 0. May have fractions; may reach over the edge of
    /// the image, by as much as the last pixel of a coarse level does.
    package var x, y, width, height: Double
    /// Pixels of the picture in a row, and rows.
    package var columns, rows: Int

    /// A part of an image; all extents are positive.
    package init(x: Double, y: Double, width: Double, height: Double, columns: Int, rows: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        self.columns = columns
        self.rows = rows
    }

    /// Pixels of level 0 to one of the picture, along rows and down columns.
    var stepX: Double { width / Double(columns) }
    var stepY: Double { height / Double(rows) }

    /// - Throws: ``ServiceError`` with status 400 where the picture would be too large.
    func check() throws {
        guard columns <= RenderLimits.side, rows <= RenderLimits.side, columns * rows <= RenderLimits.pixels else {
            throw ServiceError(
                .badRequest, "too-large",
                "a picture of \(columns) x \(rows) pixels is too large: at most \(RenderLimits.pixels) pixels, and "
                    + "\(RenderLimits.side) on a side, are made at once")
        }
    }
}
