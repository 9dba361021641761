/// The squares that pictures of an image are cut into at every zoom: at zoom 0 the whole image is one tile, and each zoom
/// doubles its size, until one pixel of a tile is one of level 0.
///
/// - Source: the XYZ scheme of web maps, as in OpenStreetMap's "Slippy map tilenames".
package struct TilePyramid: Sendable, Hashable {
    /// Pixels of the image.
    package let width, height: Int
    /// Pixels on each side of a tile.
    package let side: Int

    package init(width: Int, height: Int, side: Int = 256) {
        self.width = width
        self.height = height
        self.side = side
    }

    /// The zoom at which the image has its own size.
    package var maxZoom: Int {
        var zoom = 0
        while side.saturatingMultiplied(by: 1 << zoom) < max(width, height) { zoom += 1 }
        return zoom
    }

    /// What a tile shows, without what lies beyond the image; nil where there is no such tile.
    package func frame(zoom: Int, x: Int, y: Int) -> RenderFrame? {
        (0...maxZoom).contains(zoom) ? frame(step: 1 << (maxZoom - zoom), x: x, y: y) : nil
    }

    /// What a tile shows whose pixels are `step` pixels of level 0 wide and high; nil where there is no such tile.
    package func frame(step: Int, x: Int, y: Int) -> RenderFrame? {
        let across = (width - 1) / step + 1, down = (height - 1) / step + 1
        guard x >= 0, y >= 0, x <= (across - 1) / side, y <= (down - 1) / side else { return nil }
        let columns = min(side, across - x * side), rows = min(side, down - y * side)
        return RenderFrame(
            x: Double(x * side * step), y: Double(y * side * step), width: Double(columns * step),
            height: Double(rows * step), columns: columns, rows: rows)
    }
}
