/// The codec `transpose`: puts the axes into another order.
///
/// - Source: Zarr v3 codecs, `transpose` v1.0.
struct TransposeCodec: ArrayToArrayCodec {
    static let name = "transpose"

    /// Axis `i` of the encoded array is axis `order[i]` of the array.
    let order: [Int]

    /// - Throws: ``ZarrError`` with code `.corrupt` where `order` is no permutation of the axes.
    init(_ spec: CodecSpec, rank: Int) throws {
        guard let order = spec.configuration["order"]?.ints, order.sorted() == Array(0..<rank) else {
            throw ZarrError(
                .corrupt,
                "the \"order\" of transpose must name each of the \(rank) axes once, not "
                    + (spec.configuration["order"]?.excerpt ?? "missing"))
        }
        self.order = order
    }

    static func spec(_ order: [Int]) -> CodecSpec { CodecSpec(name, ["order": JSONValue(order)]) }

    func encoded(shape: [Int]) -> [Int] { order.map { shape[$0] } }

    func encoded(_ region: Region) -> Region {
        Region(origin: order.map { region.origin[$0] }, shape: order.map { region.shape[$0] })
    }

    func encoded(_ pixels: StridedPixels) -> StridedPixels { pixels.permuted(order) }
}
