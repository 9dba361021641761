/// How the pixels of an image are stored, for people to read.
public struct TiffStorage: Sendable, Hashable {
    /// The name of the compression, such as "deflate", with the predictor where there is one.
    public let compression: String
    /// The blocks, such as "512 x 512 tiles" or "16-row strips".
    public let blocks: String
    /// What the tag PhotometricInterpretation says, such as "RGB".
    public let photometric: String

    init(_ layout: PageLayout) {
        let predictor =
            switch layout.predictor {
            case 2: " with horizontal predictor"
            case 3: " with floating-point predictor"
            default: ""
            }
        compression = layout.compression.name + (layout.compression.isImageCodec ? "" : predictor)
        let apart = layout.isPlanar ? ", samples apart" : ""
        blocks =
            (layout.isTiled ? "\(layout.blockWidth) x \(layout.blockHeight) tiles" : "\(layout.blockHeight)-row strips")
            + apart
        let names = [
            0: "white is zero", 1: "black is zero", 2: "RGB", 3: "palette", 4: "mask", 5: "CMYK", 6: "YCbCr",
            8: "CIELAB",
        ]
        photometric = names[layout.photometric] ?? "photometric \(layout.photometric)"
    }
}
