#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Copies boxes of pixels between memory layouts.
///
/// The idea: axes that are contiguous on both sides are merged, so that most copies become a few long `memcpy`s;
/// what is left is walked row by row. Equals the plain definition "for every index, to[index] = from[index]".
enum StridedCopy {
    /// Safety: both views vouch for their memory; shapes are equal (checked by the caller).
    static func run(from: StridedPixels, to: StridedPixels) {
        var shape = [Int](), source = [Int](), target = [Int]()
        for axis in to.shape.indices where to.shape[axis] != 1 {
            if let last = shape.indices.last, source[last] == from.strides[axis] * to.shape[axis],
                target[last] == to.strides[axis] * to.shape[axis]
            {
                shape[last] *= to.shape[axis]
                source[last] = from.strides[axis]
                target[last] = to.strides[axis]
            } else {
                shape.append(to.shape[axis])
                source.append(from.strides[axis])
                target.append(to.strides[axis])
            }
        }
        let size = to.type.size
        guard let inner = shape.popLast(), let sourceStep = source.popLast(), let targetStep = target.popLast() else {
            memcpy(to.base, from.base, size)
            return
        }
        forEachRow(shape, source, target) { sourceOffset, targetOffset in
            let s = from.base + sourceOffset, d = to.base + targetOffset
            if sourceStep == size && targetStep == size {
                memcpy(d, s, inner &* size)
            } else {
                copyRow(s, sourceStep, d, targetStep, inner, size)
            }
        }
    }

    /// Safety: the view vouches for its memory.
    static func fill(_ view: StridedPixels, with element: [UInt8]) {
        let size = view.type.size
        let rowShape = Array(view.shape.dropLast()), rowStrides = Array(view.strides.dropLast())
        let inner = view.shape.last ?? 1, step = view.strides.last ?? size
        let uniform = element.allSatisfy { $0 == element[0] }
        element.withUnsafeBytes { bytes in
            forEachRow(rowShape, rowStrides, rowStrides) { offset, _ in
                let row = view.base + offset
                if uniform && step == size {
                    memset(row, Int32(element[0]), inner &* size)
                } else {
                    for i in 0..<inner { memcpy(row + i &* step, bytes.baseAddress!, size) }
                }
            }
        }
    }

    private static func copyRow(
        _ s: UnsafeMutableRawPointer, _ sStep: Int, _ d: UnsafeMutableRawPointer, _ dStep: Int, _ n: Int, _ size: Int
    ) {
        switch size {
        case 1: copyElements(s, sStep, d, dStep, n, UInt8.self)
        case 2: copyElements(s, sStep, d, dStep, n, UInt16.self)
        case 4: copyElements(s, sStep, d, dStep, n, UInt32.self)
        case 8: copyElements(s, sStep, d, dStep, n, UInt64.self)
        default: for i in 0..<n { memcpy(d + i &* dStep, s + i &* sStep, size) }
        }
    }

    @inline(__always)
    private static func copyElements<T: BitwiseCopyable>(
        _ s: UnsafeMutableRawPointer, _ sStep: Int, _ d: UnsafeMutableRawPointer, _ dStep: Int, _ n: Int, _: T.Type
    ) {
        for i in 0..<n {
            (d + i &* dStep).storeBytes(of: (s + i &* sStep).loadUnaligned(as: T.self), as: T.self)
        }
    }

    /// Calls `body` with the byte offsets of every row of a box walked in C order.
    @inline(__always)
    private static func forEachRow(_ shape: [Int], _ a: [Int], _ b: [Int], _ body: (Int, Int) -> Void) {
        guard !shape.isEmpty else { return body(0, 0) }
        var index = [Int](repeating: 0, count: shape.count)
        var offsetA = 0, offsetB = 0
        while true {
            body(offsetA, offsetB)
            var axis = shape.count &- 1
            while true {
                index[axis] &+= 1
                offsetA &+= a[axis]
                offsetB &+= b[axis]
                if index[axis] < shape[axis] { break }
                offsetA &-= a[axis] &* shape[axis]
                offsetB &-= b[axis] &* shape[axis]
                index[axis] = 0
                if axis == 0 { return }
                axis &-= 1
            }
        }
    }
}
