/// The codec `transpose`: puts the axes into another order.
///
/// - Source: Zarr v3 codecs, `transpose` v1.0.
struct TransposeCodec: ArrayToArrayCodec {
    static let name = "transpose"

    /// Axis `i` of the encoded array is axis `order[i]` of the array.
    let order: [Int]

    /// - Throws: ``ZarrError`` with code `.corrupt` where `order` is no permutation of the axes.
    init(_ spec: CodecSpec, rank: Int) throws {
        let json = spec.configuration["order"]
        // Drafts of v3 had letters, as v2 has, and arrays of that time are still about.
        let letters = ["C": Array(0..<rank), "F": Array((0..<rank).reversed())]
        guard let order = json?.ints ?? json?.string.flatMap({ letters[$0] }), order.sorted() == Array(0..<rank) else {
            throw ZarrError(
                .corrupt,
                "the \"order\" of transpose must name each of the \(rank) axes once, not "
                    + (json?.excerpt ?? "missing"))
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
