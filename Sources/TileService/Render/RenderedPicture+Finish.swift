import OMEZarr

/// What is done to pictures after they are rendered.
extension RenderedPicture {
    /// Left and right change places.
    var mirrored: RenderedPicture { moved(width, height) { x, y in (width &- 1 &- x, y) } }

    /// Turned clockwise by quarters.
    func turned(_ quarters: Int) -> RenderedPicture {
        switch quarters {
        case 1: moved(height, width) { x, y in (y, height &- 1 &- x) }
        case 2: moved(width, height) { x, y in (width &- 1 &- x, height &- 1 &- y) }
        case 3: moved(height, width) { x, y in (width &- 1 &- y, x) }
        default: self
        }
    }

    /// Pixels from elsewhere in the picture.
    ///
    /// - Parameter place: the column and row that a pixel of the result comes from.
    @inline(__always)
    private func moved(_ columns: Int, _ rows: Int, _ place: (_ x: Int, _ y: Int) -> (Int, Int)) -> RenderedPicture {
        let samples = layout.bytesPerPixel
        let moved = [UInt8](unsafeUninitializedCapacity: bytes.count) { target, filled in
            bytes.withUnsafeBufferPointer { source in
                var index = 0
                for y in 0..<rows {
                    for x in 0..<columns {
                        let (fromX, fromY) = place(x, y)
                        let from = (fromY &* width &+ fromX) &* samples
                        for sample in 0..<samples { target[index &+ sample] = source[from &+ sample] }
                        index &+= samples
                    }
                }
                filled = index
            }
        }
        return RenderedPicture(width: columns, height: rows, layout: layout, bytes: moved)
    }

    /// Black and white: pixels brighter than half are white. Of colours the brightness of ITU-R BT.601 counts.
    var bitonal: RenderedPicture {
        let samples = layout.bytesPerPixel
        let gray = (0..<width * height).map { index -> UInt8 in
            let place = index * samples
            guard samples >= 3 else { return bytes[place] < 128 ? 0 : 255 }
            let red = 299 * Int(bytes[place]), green = 587 * Int(bytes[place + 1]), blue = 114 * Int(bytes[place + 2])
            return red + green + blue < 128_000 ? 0 : 255
        }
        return RenderedPicture(width: width, height: height, layout: .gray8, bytes: gray)
    }

    /// Filled up to the right and below.
    ///
    /// - Parameter background: of every component; nil: transparent.
    func padded(_ columns: Int, _ rows: Int, background: UInt8?) -> RenderedPicture {
        let source = background == nil ? withAlpha : self
        let samples = source.layout.bytesPerPixel
        var padded = [UInt8](repeating: background ?? 0, count: columns * rows * samples)
        padded.withUnsafeMutableBytes { target in
            source.bytes.withUnsafeBytes { source in
                for y in 0..<height {
                    let row = UnsafeRawBufferPointer(rebasing: source[y * width * samples..<(y + 1) * width * samples])
                    UnsafeMutableRawBufferPointer(rebasing: target[(y * columns * samples)...]).copyMemory(from: row)
                }
            }
        }
        return RenderedPicture(width: columns, height: rows, layout: source.layout, bytes: padded)
    }

    /// Without transparency, laid on a grey.
    func opaque(on background: UInt8) -> RenderedPicture {
        guard layout == .rgba8 else { return self }
        var opaque = [UInt8]()
        opaque.reserveCapacity(3 * width * height)
        for place in stride(from: 0, to: bytes.count, by: 4) {
            let alpha = Int(bytes[place + 3])
            for component in 0..<3 {
                let mixed = Int(bytes[place + component]) * alpha + Int(background) * (255 - alpha)
                opaque.append(UInt8((mixed + 127) / 255))
            }
        }
        return RenderedPicture(width: width, height: height, layout: .rgb8, bytes: opaque)
    }

    private var withAlpha: RenderedPicture {
        guard layout == .gray8 || layout == .rgb8 else { return self }
        let samples = layout.bytesPerPixel
        let bytes = [UInt8](unsafeUninitializedCapacity: 4 * width * height) { target, filled in
            for index in 0..<width * height {
                for component in 0..<3 {
                    target[4 &* index &+ component] = self.bytes[index &* samples &+ (samples == 3 ? component : 0)]
                }
                target[4 &* index &+ 3] = 255
            }
            filled = 4 * width * height
        }
        return RenderedPicture(width: width, height: height, layout: .rgba8, bytes: bytes)
    }
}
