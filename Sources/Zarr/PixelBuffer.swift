/// Pixels in memory: a type, a shape and bytes in C order and the byte order of the machine.
public struct PixelBuffer: Sendable {
    /// Elements on each axis, C order.
    public let shape: [Int]
    /// Type of one element.
    public let type: DataType
    /// `count * type.size` bytes.
    public var bytes: [UInt8]

    /// Zeros.
    public init(shape: [Int], type: DataType) {
        self.init(shape: shape, type: type, bytes: [UInt8](repeating: 0, count: shape.reduce(1, *) * type.size))
    }

    /// - Parameter bytes: C order, machine byte order, exactly as many as shape and type ask for.
    public init(shape: [Int], type: DataType, bytes: [UInt8]) {
        precondition(bytes.count == shape.reduce(1, *) * type.size, "bytes do not fill the shape")
        self.shape = shape
        self.type = type
        self.bytes = bytes
    }

    /// Pixels that `body` writes, every one of them.
    init(shape: [Int], type: DataType, _ body: (StridedPixels) throws -> Void) rethrows {
        self.shape = shape
        self.type = type
        let count = shape.reduce(1, *) * type.size
        bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            MachineMemory.preferLargePages(UnsafeMutableRawBufferPointer(buffer))
            // Safety: an empty buffer has no base address; then nothing is ever written through it.
            let base = UnsafeMutableRawPointer(buffer.baseAddress) ?? UnsafeMutableRawPointer(bitPattern: 64)!
            try body(StridedPixels(base: base, shape: shape, type: type))
            filled = count
        }
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// The elements as an array of `Element`, whose size must be that of the type.
    public func elements<Element: BitwiseCopyable>(as _: Element.Type = Element.self) -> [Element] {
        precondition(MemoryLayout<Element>.size == type.size, "the element's size is not the pixel's")
        return bytes.withUnsafeBytes { raw in
            (0..<count).map { raw.loadUnaligned(fromByteOffset: $0 * type.size, as: Element.self) }
        }
    }

    /// Runs `body` with the pixels as a place to write into.
    public mutating func withPixels<Result>(_ body: (StridedPixels) throws -> Result) rethrows -> Result {
        let shape = shape, type = type
        return try bytes.withUnsafeMutableBytes { raw in
            // Safety: an empty buffer has no base address; then nothing is ever read or written through it.
            let base = raw.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64)!
            return try body(StridedPixels(base: base, shape: shape, type: type))
        }
    }
}
