import Zarr

/// Turns a block of one level into its part of the next.
///
/// The idea: every output row is made from the input rows that fall into it, 1, 2 or 4 where axes are halved (two in y,
/// two in z), so all methods are loops over rows of pointers; edges are decided once per row, never per pixel. Factors
/// beyond 2 go through ``BlockKernel``, which gathers each block.
package enum Reduction {
    /// Reduces `source` into `target`.
    ///
    /// Equals the plain definition: `target[i]` is the method applied to all `source[j]` with `j / step == i`.
    ///
    /// - Parameters:
    ///   - source: elements contiguous along the last axis.
    ///   - target: as many elements as `source` divided by `step`, rounded up; contiguous along the last axis.
    ///   - step: the factor of each axis, at least 1; larger ones only on the last three.
    package static func run(
        _ method: DownsampleMethod, _ type: PixelType, _ source: StridedPixels, into target: StridedPixels, step: [Int]
    ) {
        precondition(zip(source.shape, step).map { ($0 + $1 - 1) / $1 } == target.shape, "the target has another shape")
        precondition(step.dropLast(3).allSatisfy { $0 == 1 }, "only the last three axes are reduced")
        guard target.count > 0 else { return }
        let reducer = RowReducer(method, type)
        let s = Box(source), t = Box(target)
        let depth = step.count >= 3 ? step[step.count - 3] : 1
        let height = step.count >= 2 ? step[step.count - 2] : 1
        let width = step.last ?? 1
        let halves = max(depth, height, width) <= 2
        for outer in GridIndices(Array(source.shape.dropLast(3))) {
            let from = source.base + zip(outer, source.strides).reduce(0) { $0 + $1.0 * $1.1 }
            let to = target.base + zip(outer, target.strides).reduce(0) { $0 + $1.0 * $1.1 }
            for z in 0..<t.depth {
                for y in 0..<t.height {
                    let block = BlockRows(
                        first: from + z * depth * s.planeStride + y * height * s.rowStride,
                        planes: min(depth, s.depth - z * depth), lines: min(height, s.height - y * height),
                        planeStride: s.planeStride, rowStride: s.rowStride)
                    let output = to + z * t.planeStride + y * t.rowStride
                    if halves {
                        reducer.run(Rows(block), width: s.width, step: width, output)
                    } else {
                        BlockKernel.run(method, block, s.width, width, output, type)
                    }
                }
            }
        }
    }

    /// The last three axes of a view; missing ones have one element.
    private struct Box {
        let depth, height, width, planeStride, rowStride: Int

        init(_ view: StridedPixels) {
            let rank = view.shape.count
            depth = rank >= 3 ? view.shape[rank - 3] : 1
            planeStride = rank >= 3 ? view.strides[rank - 3] : 0
            height = rank >= 2 ? view.shape[rank - 2] : 1
            rowStride = rank >= 2 ? view.strides[rank - 2] : 0
            width = rank >= 1 ? view.shape[rank - 1] : 1
        }
    }
}

/// The 1, 2 or 4 input rows of one output row.
///
/// Safety: the pointers are rows of `width` elements that outlive the call; those beyond `count` repeat the first.
struct Rows {
    let count: Int
    let r0, r1, r2, r3: UnsafeMutableRawPointer

    /// The rows of a block of at most two planes of at most two lines, in the order z, y.
    init(_ block: BlockRows) {
        count = block.planes * block.lines
        let second = block.lines == 2 ? block.rowStride : block.planeStride
        r0 = block.first
        r1 = count > 1 ? block.first + second : block.first
        r2 = count == 4 ? block.first + block.planeStride : block.first
        r3 = count == 4 ? block.first + block.planeStride + block.rowStride : block.first
    }
}

/// One method for one pixel type.
struct RowReducer {
    private let method: DownsampleMethod
    private let type: PixelType

    init(_ method: DownsampleMethod, _ type: PixelType) {
        self.method = method
        self.type = type
    }

    /// Writes one output row of `width / step` elements, rounded up.
    func run(_ rows: Rows, width: Int, step: Int, _ output: UnsafeMutableRawPointer) {
        switch method {
        case .mean: MeanKernel.run(rows, width, step, output, type)
        case .median: MedianKernel.run(rows, width, step, output, type)
        case .mode: ModeKernel.run(rows, width, step, output, type)
        case .min: ExtremeKernel.run(.smallest, rows, width, step, output, type)
        case .max: ExtremeKernel.run(.largest, rows, width, step, output, type)
        case .nearest: NearestKernel.run(rows, width, step, output, type)
        }
    }
}
