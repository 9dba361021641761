public import Zarr

/// Turns a plane of labels into a picture to lay over another: each value has a colour of its own, 0 is transparent.
///
/// Colours that the labels name count; others follow from the value alone, so that an object has one colour in every
/// tile and at every level.
public struct LabelRenderer: Sendable {
    private let type: PixelType
    private let known: [Int: UInt32]

    /// - Parameters:
    ///   - type: of the pixels; any type, of whose values the whole part counts.
    ///   - colors: those the labels name themselves.
    public init(type: PixelType, colors: [LabelColor] = []) {
        self.type = type
        known = Dictionary(
            colors.map { ($0.value, Self.word($0.red, $0.green, $0.blue, $0.alpha)) }, uniquingKeysWith: { $1 })
    }

    /// Renders a plane.
    ///
    /// - Parameters:
    ///   - plane: `[y, x]`; the pixels of a row follow one another.
    ///   - picture: room for `height * width` pixels of red, green, blue and alpha.
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where they do not fit together.
    public func render(_ plane: StridedPixels, into picture: UnsafeMutableRawBufferPointer) throws {
        guard plane.shape.count == 2, plane.type == .pixel(type), picture.count == plane.count * 4,
            plane.shape[1] == 1 || plane.strides[1] == type.size
        else {
            throw OMEZarrError(.invalidCall, "cannot render labels: give a plane [y, x] of \(type), and room for it")
        }
        guard plane.count > 0, let base = picture.baseAddress else { return }
        for y in 0..<plane.shape[0] {
            render(plane.base + y &* plane.strides[0], into: base + y &* plane.shape[1] &* 4, plane.shape[1])
        }
    }

    private func render(_ row: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ count: Int) {
        switch type {
        case .bool, .uint8: run(row, UInt8.self, target, count) { Int($0) }
        case .int8: run(row, Int8.self, target, count) { Int($0) }
        case .uint16: run(row, UInt16.self, target, count) { Int($0) }
        case .int16: run(row, Int16.self, target, count) { Int($0) }
        case .uint32: run(row, UInt32.self, target, count) { Int($0) }
        case .int32: run(row, Int32.self, target, count) { Int($0) }
        case .uint64: run(row, UInt64.self, target, count) { Int(truncatingIfNeeded: $0) }
        case .int64: run(row, Int64.self, target, count) { Int($0) }
        case .float16: run(row, UInt16.self, target, count) { Self.whole(Double(HalfFloat.value($0))) }
        case .float32: run(row, Float.self, target, count) { Self.whole(Double($0)) }
        case .float64: run(row, Double.self, target, count) { Self.whole($0) }
        }
    }

    /// Neighbours mostly have one value, so the last colour is kept.
    ///
    /// Safety: the row has `count` pixels of the type, the target 4 bytes for each.
    @inline(__always)
    private func run<T: BitwiseCopyable>(
        _ row: UnsafeRawPointer, _: T.Type, _ target: UnsafeMutableRawPointer, _ count: Int, _ value: (T) -> Int
    ) {
        var last = 0, color = color(0)
        for i in 0..<count {
            let label = value(row.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self))
            if label != last {
                last = label
                color = self.color(label)
            }
            target.storeBytes(of: color, toByteOffset: i &* 4, as: UInt32.self)
        }
    }

    private static func whole(_ value: Double) -> Int { Int(exactly: value.rounded(.towardZero)) ?? 0 }

    /// Red, green, blue and alpha of a value, in the order of the bytes in memory.
    func color(_ label: Int) -> UInt32 {
        if let known = known[label] { return known }
        guard label != 0 else { return 0 }
        // Multiplying by odd constants spreads neighbouring values over hues far apart (Knuth, section 6.4); full
        // saturation would make some too dark to see on black, so that each component is at least 64.
        let hash = UInt64(truncatingIfNeeded: label) &* 0x9E37_79B9_7F4A_7C15
        let hue = Double(hash >> 40) / Double(1 << 24) * 6
        let sector = Int(hue), share = hue - Double(sector)
        let rising = UInt8(64 + 191 * share), falling = UInt8(255 - 191 * share)
        switch sector {
        case 0: return Self.word(255, rising, 64, 255)
        case 1: return Self.word(falling, 255, 64, 255)
        case 2: return Self.word(64, 255, rising, 255)
        case 3: return Self.word(64, falling, 255, 255)
        case 4: return Self.word(rising, 64, 255, 255)
        default: return Self.word(255, 64, falling, 255)
        }
    }

    private static func word(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ alpha: UInt8) -> UInt32 {
        (UInt32(alpha) << 24 | UInt32(blue) << 16 | UInt32(green) << 8 | UInt32(red)).littleEndian
    }
}
