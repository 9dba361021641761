public import Zarr

/// Turns planes of channels into a picture: each channel's window gives an intensity, its colour tints it, and the
/// channels add up like light, clipped at white.
///
/// A single channel without a tint becomes a grey picture; a photograph's three channels come out as they are.
public struct ChannelRenderer: Sendable {
    /// One channel of the picture.
    public struct Layer: Sendable, Hashable {
        /// The values that become black and full colour.
        public var window: Channel.Window
        /// The colour of full intensity.
        public var color: Channel.Color
        /// Power to which intensities from 0 to 1 are raised, after the window: below 1 brightens, 1 leaves them.
        public var gamma = 1.0
        /// Whether the window's start becomes full colour and its end black; comes after gamma.
        public var isInverted = false
        /// The colours of intensities, which then are no tints of ``color``.
        public var map: ColorMap?

        /// A layer.
        public init(
            window: Channel.Window, color: Channel.Color, gamma: Double = 1, isInverted: Bool = false,
            map: ColorMap? = nil
        ) {
            self.window = window
            self.color = color
            self.gamma = gamma
            self.isInverted = isInverted
            self.map = map
        }

        var isGray: Bool { color.red == color.green && color.green == color.blue }
    }

    /// `.gray8` or `.rgb8`.
    public let layout: PNGEncoder.PixelLayout
    private let type: PixelType
    private let tones: [ChannelTone]
    /// True where the three planes are the picture's components as they are.
    package let isPhotograph: Bool

    /// A renderer of pixels of one type.
    ///
    /// A picture whose layers are all grey is grey; a layer that is alone and grey is white where it is full.
    ///
    /// - Parameter layers: one for each plane that will be given; at least one.
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where there is no layer.
    public init(type: PixelType, layers: [Layer]) throws {
        guard !layers.isEmpty else {
            throw OMEZarrError(.invalidCall, "cannot render without a channel: choose at least one")
        }
        self.type = type
        let isAlone = layers.count == 1
        tones = layers.map { ChannelTone($0, type: type, color: isAlone && $0.isGray ? .white : $0.color) }
        layout = tones.allSatisfy(\.isGray) ? .gray8 : .rgb8
        isPhotograph = tones.map(\.component) == [0, 1, 2]
    }

    /// Renders planes of the same size.
    ///
    /// - Parameters:
    ///   - planes: one for each layer, `[y, x]`; the pixels of a row follow one another.
    ///   - picture: room for `height * width` pixels of ``layout``.
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where planes and picture do not fit together.
    public func render(_ planes: [StridedPixels], into picture: UnsafeMutableRawBufferPointer) throws {
        guard let first = planes.first, planes.count == tones.count, first.shape.count == 2,
            planes.allSatisfy({ $0.shape == first.shape && $0.type == .pixel(type) && $0.hasContiguousRows }),
            picture.count == first.count * layout.bytesPerPixel
        else {
            throw OMEZarrError(
                .invalidCall,
                "cannot render: give \(tones.count) planes [y, x] of \(type) with contiguous rows and one size, and a picture of that size"
            )
        }
        guard first.count > 0, let base = picture.baseAddress else { return }
        let height = first.shape[0], width = first.shape[1]
        let target = base.assumingMemoryBound(to: UInt8.self)
        if tones.count == 1, layout == .gray8, let tone = tones.first, tone.isPlain {
            for y in 0..<height {
                tone.intensities(planes[0].base + y &* planes[0].strides[0], into: target + y &* width, width)
            }
        } else if isPhotograph {
            // Slides are mostly this, and their pixels are what they are shown as.
            for y in 0..<height {
                let rows = planes.map { ($0.base + y &* $0.strides[0]).assumingMemoryBound(to: UInt8.self) }
                Self.interleave(rows[0], rows[1], rows[2], target + y &* width &* 3, width)
            }
        } else {
            add(planes, into: target, width: width, height: height)
        }
    }

    /// Safety: the planes and the picture fit together (checked by the caller).
    private func add(_ planes: [StridedPixels], into picture: UnsafeMutablePointer<UInt8>, width: Int, height: Int) {
        let components = layout == .gray8 ? 1 : 3
        // One row of intensities of one or two bytes, and one row of sums for each component.
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: width) { scratch in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: components * width) { sums in
                let sum = sums.baseAddress!
                for y in 0..<height {
                    sum.update(repeating: 0, count: components * width)
                    for (tone, plane) in zip(tones, planes) {
                        tone.add(plane.base + y &* plane.strides[0], components, to: sum, scratch.baseAddress!, width)
                    }
                    let row = picture + y &* width &* components
                    if components == 1 {
                        row.update(from: sum, count: width)
                    } else {
                        Self.interleave(sum, sum + width, sum + 2 &* width, row, width)
                    }
                }
            }
        }
    }

    private static func interleave(
        _ red: UnsafePointer<UInt8>, _ green: UnsafePointer<UInt8>, _ blue: UnsafePointer<UInt8>,
        _ picture: UnsafeMutablePointer<UInt8>, _ width: Int
    ) {
        for x in 0..<width {
            picture[3 &* x] = red[x]
            picture[3 &* x &+ 1] = green[x]
            picture[3 &* x &+ 2] = blue[x]
        }
    }
}

extension StridedPixels {
    fileprivate var hasContiguousRows: Bool { shape.last == 1 || strides.last == type.size }
}
