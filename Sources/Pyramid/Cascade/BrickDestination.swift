import Zarr

/// Where the bricks of all levels go: into a store, or beside what lies in one.
protocol BrickDestination: Sendable {
    /// True for a brick that need not be made because all of it is stored.
    func isComplete(_ brick: Brick) -> Bool

    /// What takes the bricks of one worker: it keeps codecs and scratch memory, so each worker has its own.
    func makeTaker() throws -> any BrickTaker

    /// Throws away what is not complete.
    func abandon()

    /// Bytes of all objects that are complete.
    var storedBytes: Int { get }
}

/// One worker's way to a destination. Belongs to one thread at a time.
protocol BrickTaker: AnyObject {
    /// Takes a brick that was made.
    ///
    /// - Returns: bytes of the objects it completed.
    func take(_ brick: Brick, _ pixels: StridedPixels) throws -> Int

    /// Fills in a brick that is complete.
    func read(_ brick: Brick, into pixels: StridedPixels) throws
}
