import OMEZarr
import Zarr

/// Pours a part of an image or array into a file, slab by slab.
struct ElementExport {
    let source: ElementSource
    let part: ReadSelection.Part
    /// Is told the bytes done and in all.
    let progress: (_ done: Int, _ total: Int) throws -> Void

    /// Writes the elements in C order, machine byte order, after a header of NumPy where asked for.
    func write(to path: String, asNumPy: Bool) throws {
        _ = try totalBytes()
        let output = try ReadOutput(path)
        let shape = part.keptAxes.map { part.region.shape[$0] }
        if asNumPy { try output.append(NumPyFile.header(shape: shape, type: source.type)) }
        try forEachSlab { try output.append($0) }
        try output.finish()
    }

    /// Reads the part slab by slab and hands on the elements in C order.
    ///
    /// - Parameter order: the axes in the order in which they are handed on.
    func forEachSlab(order: [Int]? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let order = order ?? Array(source.shape.indices)
        let places = source.shape.indices.map { order.firstIndex(of: $0) ?? $0 }
        let total = try totalBytes()
        let slabs = Slabs(
            Region(origin: order.map { part.region.origin[$0] }, shape: order.map { part.region.shape[$0] }),
            natural: order.map { source.naturalShape[$0] }, type: source.type)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(64, slabs.largestBytes), alignment: 64)
        defer { memory.deallocate() }
        guard let base = memory.baseAddress else { return }
        let read = try source.makeReader()
        var done = 0
        try slabs.forEach { slab in
            // Safety: no slab is larger than `largestBytes`; the view has the source's order of axes.
            let elements = StridedPixels(base: base, shape: slab.shape, type: source.type).permuted(places)
            try read(
                Region(origin: places.map { slab.origin[$0] }, shape: places.map { slab.shape[$0] }), elements)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<(slab.count * source.type.size)])
            if source.type == .bool { Self.makeTruthValues(bytes) }
            try body(UnsafeRawBufferPointer(bytes))
            done += bytes.count
            try progress(done, total)
        }
    }

    /// Bytes of the whole part.
    ///
    /// - Throws: ``UsageError`` where that is beyond any disk.
    func totalBytes() throws -> Int {
        let total = part.region.shape.saturatingProduct(times: source.type.size)
        guard total < .max else { throw UsageError("the part to read is too large: choose a --region or --slice") }
        return total
    }

    /// Files may hold any byte for true; NumPy, and C, know only 1.
    private static func makeTruthValues(_ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices { bytes[index] = bytes[index] == 0 ? 0 : 1 }
    }
}
