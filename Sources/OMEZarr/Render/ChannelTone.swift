import Zarr

/// What becomes of the pixels of one channel: its layer, prepared for rows of one type.
struct ChannelTone: Sendable {
    /// True where the picture stays grey.
    let isGray: Bool
    /// True where intensities are the picture: white where full, or black where inverted.
    let isPlain: Bool
    /// The component of the picture that bytes of the plane are, 0 to 2: a photograph's red, green or blue. Else nil.
    let component: Int?
    private let components: [UInt8]
    private let isInverted: Bool
    private let kernel: IntensityKernel
    private let table: ToneTable?

    /// - Parameter color: of full intensity, in place of the layer's.
    init(_ layer: ChannelRenderer.Layer, type: PixelType, color: Channel.Color) {
        table = ToneTable(layer, color: color)
        components = [color.red, color.green, color.blue]
        isGray = table?.isGray ?? (color.red == color.green && color.green == color.blue)
        isPlain = table == nil && color == .white
        isInverted = layer.isInverted
        let isAsStored = type == .uint8 && layer.window.start == 0 && layer.window.end == 255 && !layer.isInverted
        let primary = [[255, 0, 0], [0, 255, 0], [0, 0, 255]].firstIndex(of: components)
        component = isAsStored && table == nil ? primary : nil
        kernel = IntensityKernel(type: type, window: layer.window, peak: table == nil ? 255 : ToneTable.peak)
    }

    /// The intensities of a row, 0 to 255; only without a table.
    ///
    /// Safety: `row` has `count` pixels, `target` as many bytes.
    func intensities(_ row: UnsafeRawPointer, into target: UnsafeMutablePointer<UInt8>, _ count: Int) {
        kernel.run(row, into: target, count: count)
        if isInverted { for i in 0..<count { target[i] = ~target[i] } }
    }

    /// Adds a row to sums of one or three components, each `count` long.
    ///
    /// Safety: `row` has `count` pixels, `sum` `components * count` bytes, `scratch` `count` elements.
    func add(
        _ row: UnsafeRawPointer, _ components: Int, to sum: UnsafeMutablePointer<UInt8>,
        _ scratch: UnsafeMutablePointer<UInt16>, _ count: Int
    ) {
        if let table {
            kernel.run(row, into: scratch, count: count)
            for component in 0..<components {
                table.add(component, of: scratch, to: sum + component &* count, count)
            }
        } else {
            // Safety: half of the scratch memory, seen as the bytes that it has room for.
            scratch.withMemoryRebound(to: UInt8.self, capacity: count) { intensity in
                intensities(row, into: intensity, count)
                for component in 0..<components {
                    Self.add(intensity, self.components[component], to: sum + component &* count, count)
                }
            }
        }
    }

    /// `sum = min(sum + round(intensity * component / 255), 255)`.
    ///
    /// Both the rounded division and the clipping are written without a comparison of the result: `min` against the room
    /// that is left vectorises, a conditional does not (0.12 against 1.1 ms for 2^20 pixels).
    private static func add(
        _ intensity: UnsafePointer<UInt8>, _ component: UInt8, to sum: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        guard component > 0 else { return }
        let factor = UInt16(component)
        for i in 0..<count {
            // Division by 255, rounded: exact for all products of two bytes, which a test enumerates.
            let product = UInt16(intensity[i]) &* factor &+ 128
            let tinted = UInt8(truncatingIfNeeded: (product &+ (product &>> 8)) &>> 8)
            sum[i] = sum[i] &+ min(tinted, ~sum[i])
        }
    }
}
