import Synchronization
import Zarr

/// Bricks above the units, which several workers fill: each of its own part, the last one stores it.
final class OpenBricks: Sendable {
    /// A brick that waits for its parts.
    ///
    /// Safety: workers write disjoint parts of `pixels`; the count of missing parts is kept under the lock.
    final class Open: @unchecked Sendable {
        let brick: Brick
        let pixels: StridedPixels
        fileprivate let memory: BrickMemory
        fileprivate var missing: Int

        fileprivate init(_ brick: Brick, _ memory: BrickMemory, _ pixels: StridedPixels, missing: Int) {
            self.brick = brick
            self.memory = memory
            self.pixels = pixels
            self.missing = missing
        }
    }

    private struct State {
        var open: [Brick: Open] = [:]
        var spare: [Int: [BrickMemory]] = [:]
    }

    private let grid: BrickGrid
    private let type: PixelType
    private let state = Mutex(State())

    init(_ grid: BrickGrid, _ type: PixelType) {
        self.grid = grid
        self.type = type
    }

    /// The brick to write a part into, made when its first part comes.
    func open(_ brick: Brick) -> Open {
        state.withLock { state in
            if let open = state.open[brick] { return open }
            let memory =
                state.spare[brick.level]?.popLast()
                ?? BrickMemory(bytes: grid.bytes(level: brick.level, elementSize: type.size))
            let open = Open(
                brick, memory, memory.pixels(shape: grid.region(brick).shape, type),
                missing: grid.children(of: brick).count)
            state.open[brick] = open
            return open
        }
    }

    /// Says that one part was written. True for the last one: the caller now owns the brick, until ``close(_:)``.
    func wrotePart(of open: Open) -> Bool {
        state.withLock { state in
            open.missing -= 1
            guard open.missing == 0 else { return false }
            state.open[open.brick] = nil
            return true
        }
    }

    /// Gives a finished brick's memory back.
    func close(_ open: Open) {
        state.withLock { $0.spare[open.brick.level, default: []].append(open.memory) }
    }
}

/// Memory for one brick, taken once and used again: a fresh page costs more than filling it.
///
/// Safety: used by one worker at a time, or by several in disjoint parts.
final class BrickMemory: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    private let bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
        base = .allocate(byteCount: max(bytes, 1), alignment: 64)
    }

    deinit { base.deallocate() }

    /// The first elements of the memory as contiguous pixels.
    func pixels(shape: [Int], _ type: PixelType) -> StridedPixels {
        precondition(shape.reduce(type.size, *) <= bytes, "the brick is larger than its memory")
        return StridedPixels(base: base, shape: shape, type: .pixel(type))
    }
}
