#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the pixels of a part of one page go: `[sample, y, x]` with any strides.
///
/// Scalars and not arrays of strides: one is made for every block.
///
/// Safety: whoever makes one vouches for the memory behind every sample, row and column asked for.
package struct PlaneTarget {
    package var base: UnsafeMutableRawPointer
    /// Bytes from one sample, row or column to the next.
    package var sampleStride, rowStride, columnStride: Int

    package init(base: UnsafeMutableRawPointer, sampleStride: Int, rowStride: Int, columnStride: Int) {
        self.base = base
        self.sampleStride = sampleStride
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// The target shifted so that its first row and column are these.
    func from(row: Int, column: Int) -> PlaneTarget {
        var target = self
        target.base += row * rowStride + column * columnStride
        return target
    }
}

/// Pixels of a block as they were decoded: `[y, x, sample]`.
struct BlockPixels {
    var base: UnsafeRawPointer
    /// Bytes from one row or pixel to the next, and of one sample.
    var rowStride, pixelStride, size: Int
}

extension PlaneTarget {
    /// Copies `rows` rows of `columns` pixels: of each pixel the samples in `samples`.
    func copy(from source: BlockPixels, samples: Range<Int>, rows: Int, columns: Int) {
        let isPacked = columnStride == source.size
        let isAsStored =
            columnStride == source.pixelStride && sampleStride == source.size
            && samples.count * source.size == source.pixelStride
        if isAsStored {
            copyRows(from: source, rows: rows, bytes: columns * source.pixelStride)
        } else if source.pixelStride == source.size && isPacked {
            copyRows(from: source, rows: rows, bytes: columns * source.size)
        } else if samples == 0..<3 && source.pixelStride == 3 && isPacked {
            for row in 0..<rows {
                Deinterleave.rgb8(
                    source.base + row &* source.rowStride, base + row &* rowStride, sampleStride, columns)
            }
        } else {
            for (plane, sample) in samples.enumerated() {
                for row in 0..<rows {
                    copyRow(
                        source.base + (row * source.rowStride + sample * source.size), source.pixelStride,
                        base + (plane * sampleStride + row * rowStride), columns, source.size)
                }
            }
        }
    }

    private func copyRows(from source: BlockPixels, rows: Int, bytes: Int) {
        if source.rowStride == bytes && rowStride == bytes {
            memcpy(base, source.base, rows * bytes)
        } else {
            for row in 0..<rows { memcpy(base + row &* rowStride, source.base + row &* source.rowStride, bytes) }
        }
    }

    private func copyRow(
        _ source: UnsafeRawPointer, _ step: Int, _ target: UnsafeMutableRawPointer, _ count: Int, _ size: Int
    ) {
        switch size {
        case 1: copyNumbers(source, step, target, count, UInt8.self)
        case 2: copyNumbers(source, step, target, count, UInt16.self)
        case 4: copyNumbers(source, step, target, count, UInt32.self)
        default: copyNumbers(source, step, target, count, UInt64.self)
        }
    }

    @inline(__always)
    private func copyNumbers<T: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ step: Int, _ target: UnsafeMutableRawPointer, _ count: Int, _: T.Type
    ) {
        for i in 0..<count {
            (target + i &* columnStride).storeBytes(of: (source + i &* step).loadUnaligned(as: T.self), as: T.self)
        }
    }

    /// Writes one value into every sample.
    ///
    /// - Parameter bits: the value's bytes, in the low `size` bytes.
    func fill(_ bits: UInt64, size: Int, samples: Int, rows: Int, columns: Int) {
        for sample in 0..<samples {
            for row in 0..<rows {
                let place = base + (sample * sampleStride + row * rowStride)
                if bits == 0 && columnStride == size {
                    memset(place, 0, columns &* size)
                } else {
                    fillRow(place, bits, size, columns)
                }
            }
        }
    }

    private func fillRow(_ place: UnsafeMutableRawPointer, _ bits: UInt64, _ size: Int, _ columns: Int) {
        for i in 0..<columns {
            let pixel = place + i &* columnStride
            switch size {
            case 1: pixel.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
            case 2: pixel.storeBytes(of: UInt16(truncatingIfNeeded: bits), as: UInt16.self)
            case 4: pixel.storeBytes(of: UInt32(truncatingIfNeeded: bits), as: UInt32.self)
            default: pixel.storeBytes(of: bits, as: UInt64.self)
            }
        }
    }

    /// Brings the numbers of each row into the byte order of the machine; columns are packed.
    func swapRows(_ rows: Int, columns: Int, size: Int) {
        for row in 0..<rows { ByteSwap.run(base + row &* rowStride, count: columns &* size, size: size) }
    }
}
