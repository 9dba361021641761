import Testing
import Zarr

struct RegionChunksTests {
    @Test("every pixel of every region lies in exactly one chunk part, in C order of the chunks")
    func coversEveryRegion() {
        for chunkShape in indices([3, 3]).map({ $0.map { $0 + 1 } }) {
            for origin in indices([4, 4]) {
                for extent in indices([5, 5]) {
                    let region = Region(origin: origin, shape: extent)
                    let parts = Array(region.chunks(of: chunkShape))
                    var seen = [[Int]: [Int]](), last: [Int]?
                    for part in parts {
                        #expect(last.map { $0.lexicographicallyPrecedes(part.index) } ?? true)
                        last = part.index
                        #expect(part.inChunk.lies(within: chunkShape) && part.inRegion.lies(within: extent))
                        for pixel in indices(part.inRegion.shape) {
                            let place = (0..<2).map { origin[$0] + part.inRegion.origin[$0] + pixel[$0] }
                            #expect(seen.updateValue(part.index, forKey: place) == nil)
                            #expect(
                                place
                                    == (0..<2).map {
                                        part.index[$0] * chunkShape[$0] + part.inChunk.origin[$0] + pixel[$0]
                                    })
                        }
                    }
                    #expect(seen.count == region.count, "\(region) in chunks of \(chunkShape)")
                }
            }
        }
    }

    @Test("a region without axes lies in one chunk, an empty one in none")
    func fewAxes() {
        #expect(Region(wholeOf: []).chunks(of: []).count == 1)
        #expect(Region(origin: [3, 3], shape: [0, 2]).chunks(of: [2, 2]).isEmpty)
    }
}
