import CDeflate
import Zarr

/// Packs blocks of pixels for one page format. Keeps its scratch memory; belongs to one thread at a time.
///
/// Each worker has its own encoder, so that blocks are packed in parallel and appended in order.
public final class TiffBlockEncoder {
    private let format: TiffPageFormat
    private let compressor: OpaquePointer?
    private var differenced: UnsafeMutableRawBufferPointer
    private var packed: UnsafeMutableRawBufferPointer

    /// - Throws: ``ZarrError`` with code `.ioFailure` where there is no memory for the compressor.
    public init(_ format: TiffPageFormat) throws {
        self.format = format
        let blockBytes = format.blockWidth * format.fullBlockHeight * format.pixelBytes
        guard case .deflate(let level) = format.compression else {
            compressor = nil
            differenced = .init(start: nil, count: 0)
            packed = .init(start: nil, count: 0)
            return
        }
        guard let compressor = libdeflate_alloc_compressor(Int32(max(0, min(12, level)))) else {
            throw ZarrError(.ioFailure, "no memory for a deflate compressor")
        }
        self.compressor = compressor
        differenced = .allocate(byteCount: blockBytes, alignment: 64)
        packed = .allocate(byteCount: libdeflate_zlib_compress_bound(compressor, blockBytes), alignment: 64)
    }

    deinit {
        compressor.map(libdeflate_free_compressor)
        differenced.deallocate()
        packed.deallocate()
    }

    /// The stored form of one block, valid until the next call.
    ///
    /// - Parameters:
    ///   - pixels: `[y, x, sample]`, contiguous, machine byte order: a whole block of the format, padded where it
    ///     reaches over the page.
    ///   - rows: rows in `pixels`; fewer than the block's only for a last strip.
    public func encode(_ pixels: UnsafeRawBufferPointer, rows: Int) throws -> UnsafeRawBufferPointer {
        precondition(pixels.count == rows * format.blockWidth * format.pixelBytes, "pixels do not fill the block")
        guard let compressor else { return pixels }
        var source = pixels
        if format.type.isInteger {
            difference(pixels, rows: rows)
            source = UnsafeRawBufferPointer(rebasing: differenced[..<pixels.count])
        }
        let count = libdeflate_zlib_compress(
            compressor, source.baseAddress, source.count, packed.baseAddress, packed.count)
        guard count > 0 else { throw ZarrError(.invalidCall, "a TIFF block could not be compressed") }
        return UnsafeRawBufferPointer(rebasing: packed[..<count])
    }

    /// Horizontal differencing (predictor 2): every value minus the one of the same sample to its left.
    private func difference(_ pixels: UnsafeRawBufferPointer, rows: Int) {
        switch format.type.size {
        case 1: difference(pixels, rows, UInt8.self)
        case 2: difference(pixels, rows, UInt16.self)
        case 4: difference(pixels, rows, UInt32.self)
        default: difference(pixels, rows, UInt64.self)
        }
    }

    // Safety: `pixels` holds rows * blockWidth pixels (checked by the caller), `differenced` a whole block.
    @inline(__always)
    private func difference<T: FixedWidthInteger>(_ pixels: UnsafeRawBufferPointer, _ rows: Int, _: T.Type) {
        guard let source = pixels.baseAddress, let target = differenced.baseAddress else { return }
        let step = format.samplesPerPixel, values = format.blockWidth &* step, size = MemoryLayout<T>.size
        for row in 0..<rows {
            let from = source + row &* values &* size, to = target + row &* values &* size
            for i in 0..<step {
                to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: i &* size, as: T.self), toByteOffset: i &* size, as: T.self)
            }
            for i in step..<values {
                let value = from.loadUnaligned(fromByteOffset: i &* size, as: T.self)
                let left = from.loadUnaligned(fromByteOffset: (i &- step) &* size, as: T.self)
                to.storeBytes(of: value &- left, toByteOffset: i &* size, as: T.self)
            }
        }
    }
}
