import OMEZarr
import Pyramid
import Synchronization
import Testing
import Zarr

@Suite("Made levels kept in a folder")
struct BlockFolderTests {
    private static let image = ImageDescription(
        axes: [.c, .space("y"), .space("x")], shape: [2, 1500, 900], type: .uint16)

    /// The coarsest level through a folder, as after a start, and how many pixels of the source it took.
    private func coarsest(_ name: String, _ path: String, capacity: Int = 1 << 30) throws -> (
        pixels: [UInt8], read: Int
    ) {
        let folder = try BlockFolder(path: path, capacity: capacity) { Issue.record("\($0)") }
        let source = CountingImage(Self.image)
        let pyramid = try OnDemandPyramid(
            source, cache: BlockCache(capacity: 1 << 26, folder: folder), lastingName: name)
        let level = pyramid.description.levels.count - 1
        let whole = Region(wholeOf: pyramid.description.levels[level].shape)
        return (try pyramid.read(whole, level: level).bytes, source.pixelsRead.load(ordering: .relaxed))
    }

    @Test("are read again, by the same version of a file only")
    func again() throws {
        try TemporaryFolder.with { path in
            let first = try coarsest("a 1", path)
            #expect(first.read == 2 * 1500 * 900)
            let second = try coarsest("a 1", path)
            #expect(second.pixels == first.pixels)
            #expect(second.read == 0)
            #expect(try coarsest("a 2", path).read == first.read)
        }
    }

    @Test("are made again where their files are damaged, cut, emptied or another's")
    func damaged() throws {
        try TemporaryFolder.with { path in
            let whole = try coarsest("a", path).pixels
            let store = try DirectoryStore(path: path, create: false)
            let names = try store.list(.root).sorted()
            let files = try names.map { try #require(try store.read(StoreKey($0))) }
            for (index, name) in names.enumerated() {
                let file = files[index]
                var damages = [[], Array(file.dropLast()), file + [0], files[(index + 1) % files.count]]
                for place in [0, 20, 60, file.count / 2, file.count - 1] {
                    var flipped = file
                    flipped[place] ^= 4
                    damages.append(flipped)
                }
                for damage in damages {
                    try TemporaryFolder.write(damage, path + "/" + name)
                    #expect(try coarsest("a", path).pixels == whole)
                }
            }
        }
    }

    @Test("stay below a ceiling, and files of others are left alone")
    func ceiling() throws {
        try TemporaryFolder.with { path in
            try TemporaryFolder.write([1, 2, 3], path + "/notes.txt")
            let whole = try coarsest("a", path).pixels
            let store = try DirectoryStore(path: path, create: false)
            func bytes() throws -> Int {
                try store.list(.root).filter { $0.hasSuffix(".block") }.reduce(0) {
                    $0 + (try store.size(StoreKey($1)) ?? 0)
                }
            }
            let all = try bytes()
            #expect(try coarsest("a", path, capacity: all / 2).pixels == whole)
            #expect(try bytes() <= all / 2)
            #expect(try store.read(StoreKey("notes.txt")) == [1, 2, 3])
        }
    }
}
