import Zarr

/// Finds out which values a label image holds.
public enum LabelCensus {
    /// More values than this get no colours of their own, though the specification recommends them for all.
    ///
    /// Their list is 600 kB of metadata, which every viewer fetches before the first pixel; a field of cells has some
    /// thousand at the most.
    public static let valueLimit = 8192

    /// Larger images are not looked through: it would take more than a second or two.
    private static let pixelLimit = 1 << 28

    /// Bytes read at a time, where blocks are smaller.
    private static let bandBytes = 4 << 20

    /// The values of level 0, sorted; nil where there are more than ``valueLimit``, where the image is too large to look
    /// through, or a value is beyond the range of `Int`. Costs decoding the image once.
    ///
    /// - Throws: as the reader of the image.
    public static func values(of labels: any ImageSource) throws -> [Int]? {
        let image = labels.description
        guard image.shape.saturatingProduct() <= pixelLimit, !image.type.isFloat else { return nil }
        let reader = try labels.makeReader()
        var found = Set<Int>()
        for part in Region(wholeOf: image.shape).chunks(of: block(labels)) {
            var buffer = PixelBuffer(shape: part.inRegion.shape, type: .pixel(image.type))
            try buffer.withPixels { try reader.read(part.inRegion, level: 0, into: $0) }
            guard collect(buffer, image.type, &found) else { return nil }
        }
        return found.sorted()
    }

    /// As many natural blocks one below the other as make a band worth reading.
    private static func block(_ labels: any ImageSource) -> [Int] {
        let shape = labels.description.shape
        var block = zip(labels.naturalReadShape(level: 0), shape).map { max(1, min($0, $1)) }
        let bytes = max(1, block.saturatingProduct(times: labels.description.type.size))
        let row = shape.count - 2
        block[row] = min(shape[row], block[row] * max(1, bandBytes / bytes))
        return block
    }

    private static func collect(_ buffer: PixelBuffer, _ type: PixelType, _ found: inout Set<Int>) -> Bool {
        switch type {
        case .bool, .uint8: collect(buffer, UInt8.self, &found)
        case .uint16: collect(buffer, UInt16.self, &found)
        case .uint32: collect(buffer, UInt32.self, &found)
        case .uint64: collect(buffer, UInt64.self, &found)
        case .int8: collect(buffer, Int8.self, &found)
        case .int16: collect(buffer, Int16.self, &found)
        case .int32: collect(buffer, Int32.self, &found)
        case .int64: collect(buffer, Int64.self, &found)
        case .float16, .float32, .float64: false
        }
    }

    /// Objects are wider than a pixel: most values equal the one before and cost one comparison.
    @inline(__always)
    private static func collect<T: FixedWidthInteger & BitwiseCopyable>(
        _ buffer: PixelBuffer, _: T.Type, _ found: inout Set<Int>
    ) -> Bool {
        buffer.bytes.withUnsafeBytes { bytes in
            // Safety: the buffer holds `count` elements of this size, aligned as every allocation is.
            let values = bytes.bindMemory(to: T.self)
            guard var last = values.first, let first = Int(exactly: last) else { return values.isEmpty }
            found.insert(first)
            for i in 0..<values.count where values[i] != last {
                last = values[i]
                guard let value = Int(exactly: last) else { return false }
                found.insert(value)
                if found.count > valueLimit { return false }
            }
            return found.count <= valueLimit
        }
    }
}
