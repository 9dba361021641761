/// The tiles or strips of a page and how they are numbered: row by row, one sample plane after the other.
///
/// - Source: TIFF 6.0, sections 8 (strips) and 15 (tiles).
package struct BlockGrid: Sendable, Hashable {
    package let width, height, blockWidth, blockHeight: Int
    /// Sample planes stored apart; 1 where samples are interleaved.
    package let planes: Int
    /// True for strips, whose last one ends with the image; tiles keep their full size.
    package let clipsLastRow: Bool

    /// Blocks across and down.
    package var across: Int { (width + blockWidth - 1) / blockWidth }
    package var down: Int { (height + blockHeight - 1) / blockHeight }

    /// Number of blocks of the page; nil where it is beyond 63 bits.
    package var count: Int? {
        Product.of([across, down, planes])
    }

    /// The number of the block in this row and column of blocks of a sample plane.
    package func index(plane: Int, row: Int, column: Int) -> Int { (plane * down + row) * across + column }

    /// Rows that are stored in the blocks of this row.
    package func storedRows(_ row: Int) -> Int {
        clipsLastRow ? min(blockHeight, height - row * blockHeight) : blockHeight
    }
}
