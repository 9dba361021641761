import Zarr

/// Carries out requests, each as a user of the library would write it.
final class Workload {
    /// The pixels written last, so that a round of writing reads its source once.
    private var source: (path: String, pixels: PixelBuffer)?

    func run(_ request: Request) throws -> Stopwatch {
        let array = try ZarrArray.open(DirectoryStore(path: request.path, create: false))
        var watch = Stopwatch()
        switch request.work {
        case .read: try watch.time { try array.read(Region(wholeOf: array.metadata.shape), threads: request.threads) }
        case .regions: try read(request, array, request.size, step: 1, &watch)
        case .chunks: try read(request, array, array.metadata.innerChunkShape, step: nil, &watch)
        case .write: try write(request, array, &watch)
        }
        return watch
    }

    /// Reads random regions, one after the other.
    ///
    /// - Parameter step: what origins are multiples of; nil is the region's own extent on each axis.
    private func read(
        _ request: Request, _ array: ZarrArray, _ size: [Int], step: Int?, _ watch: inout Stopwatch
    ) throws {
        let reader = try array.makeReader(threads: request.threads)
        var random = SplitMix64(seed: request.seed)
        for _ in 0..<request.count {
            let origin = zip(array.metadata.shape, size).map { extent, size in
                let step = step ?? size
                return random.next(below: (extent - size) / step + 1) * step
            }
            try watch.time { try reader.read(Region(origin: origin, shape: size)) }
        }
    }

    private func write(_ request: Request, _ array: ZarrArray, _ watch: inout Stopwatch) throws {
        if source?.path != request.path {
            source = (request.path, try array.read(Region(wholeOf: array.metadata.shape)))
        }
        guard let pixels = source?.pixels else { return }
        try watch.time {
            let store = try DirectoryStore(path: request.target, create: true)
            try ZarrArray.create(store, .root, array.metadata).write(pixels, threads: request.threads)
            return nil
        }
    }
}
