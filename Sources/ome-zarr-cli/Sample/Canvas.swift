/// One tile of a picture being drawn: a box of pixels of the whole and one number for each.
///
/// Safety: `values` points to `width * height` numbers for as long as the canvas lives; it belongs to one thread.
final class Canvas {
    /// First column and row within the whole picture.
    private(set) var x = 0, y = 0
    /// Pixels on each side.
    private(set) var width = 0, height = 0
    private(set) var values: UnsafeMutablePointer<Float>
    private var capacity = 0

    init() { values = .allocate(capacity: 1) }
    deinit { values.deallocate() }

    /// Number of pixels.
    var count: Int { width &* height }

    /// Moves the canvas over another tile and fills it with one number.
    func move(to tile: Tile, filledWith value: Float = 0) {
        (x, y, width, height) = (tile.x, tile.y, tile.width, tile.height)
        if count > capacity {
            values.deallocate()
            values = .allocate(capacity: count)
            capacity = count
        }
        values.update(repeating: value, count: count)
    }

    /// Calls `body` with every pixel of the canvas inside a box: its place in the whole and its number.
    @inline(__always)
    func forEachPixel(
        near centre: (x: Float, y: Float), reach: Float, _ body: (Float, Float, UnsafeMutablePointer<Float>) -> Void
    ) {
        let left = max(0, Int((centre.x - reach).rounded(.down)) - x),
            top = max(0, Int((centre.y - reach).rounded(.down)) - y)
        let right = min(width, Int((centre.x + reach).rounded(.up)) - x + 1)
        let bottom = min(height, Int((centre.y + reach).rounded(.up)) - y + 1)
        guard left < right, top < bottom else { return }
        for row in top..<bottom {
            let line = values + row &* width
            let py = Float(row &+ y)
            for column in left..<right { body(Float(column &+ x), py, line + column) }
        }
    }
}

/// A box of pixels of a plane.
struct Tile: Sendable {
    var x, y, width, height: Int
}

/// Which plane of an image: indices on the time, channel and z axes.
struct Plane: Sendable {
    var t = 0, c = 0, z = 0
}
