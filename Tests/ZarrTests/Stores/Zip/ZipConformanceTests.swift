import Testing
import Zarr

/// Archives that others made, sound and broken.
@Suite(.enabled(if: SharedFolder.hasConformance))
struct ZipConformanceTests {
    private static let neuroglancer = SharedFolder.conformance + "/neuroglancer/testdata/kvstore/zip"

    private static func names(_ folder: String) throws -> [String] {
        try DirectoryStore(path: folder, create: false).list(.root).filter { $0.hasSuffix(".zip") }
    }

    private static func contents(_ path: String) throws -> [String: [UInt8]] {
        let store = try ZipStore(path: path)
        return try Dictionary(uniqueKeysWithValues: store.entries.map { ($0.key.path, try store.read($0.key) ?? []) })
    }

    /// Words of our message for what the name of the file says.
    private static let reasons = [
        ("End of central directory record signature not found", "no end of central directory record"),
        ("compressed uncompressed size mismatch", "compressed and uncompressed sizes differ: 2147483647 and 5"),
        ("expected zip64 extended information", "lacks the zip64 extra field"),
        ("extra field length exceeds", "longer than the 11 that are left"),
        ("file data overflows", "overflow the file"),
        ("invalid central directory file header", "directory begins with the wrong signature, 0x1014b50"),
        ("invalid local file header", "local header at byte 68 begins with the wrong signature, 0x3034b50"),
        ("invalid zip64 end of central", "zip64 end of central directory record at byte 0 begins with the wrong"),
        ("multi-volume", "one part of several (volume 1)"), ("strong encryption", "encrypted, which is not supported"),
        ("unsupported compression method 1", "method 1 (shrink), which is not supported"),
        ("does not include compressed size", "without its compressed size"),
        ("does not include relative header offset", "without its relative header offset"),
        ("does not include uncompressed size", "without its uncompressed size"),
    ]

    @Test("yauzl's broken archives are refused, each for its reason")
    func failures() throws {
        let folder = Self.neuroglancer + "/from-yauzl/failure", names = try Self.names(folder)
        #expect(names.count == 16)
        for name in names {
            let reason = try #require(Self.reasons.first { name.contains($0.0) }?.1, "\(name)")
            #expect("\(name)") {
                try Self.contents("\(folder)/\(name)")
            } throws: {
                ($0 as? ZarrError)?.description.contains(reason) == true
            }
        }
    }

    @Test("yauzl's sound archives are read")
    func successes() throws {
        let folder = Self.neuroglancer + "/from-yauzl/success", names = try Self.names(folder)
        #expect(names.count == 12)
        let two = ["a.txt": Array("asdf\n".utf8), "b.txt": Array("bsdf\n".utf8)]
        for name in names {
            let contents = try Self.contents("\(folder)/\(name)")
            switch name {
            case "cygwin-info-zip.zip", "linux-info-zip.zip", "windows-7-zip.zip", "windows-compressed-folder.zip":
                let text = contents.mapValues { $0.filter { $0 != 0x0D }.prefix(4) }
                #expect(
                    text.keys.sorted() == ["a.txt", "b.txt"] && text.values.allSatisfy { $0.count == 4 }, "\(name)")
            case "deflate.zip": #expect(contents["index.js"]?.count == 10_689)
            case "directories.zip": #expect(contents == ["a/a.txt": []])
            case "empty.zip": #expect(contents.isEmpty)
            case "sloppy-filenames.zip": #expect(contents == ["a/txt": two["a.txt"], "b.txt": two["b.txt"]])
            case "unicode-path-extra-field.zip": #expect(contents == ["七个房间.txt": []])
            case "unicode.zip": #expect(contents.keys.contains("Turmion Kätilöt/Hoitovirhe/Rautaketju.mp3"))
            case "unix-epoch.zip": #expect(contents.keys.sorted() == ["unix-epoch.txt"])
            case "zip64.zip": #expect(contents.mapValues(\.count) == ["test1.txt": 3, "test2.txt": 3])
            default: Issue.record("unknown archive \(name)")
            }
        }
    }

    @Test("neuroglancer's archives are read")
    func neuroglancer() throws {
        let files = try Self.contents(Self.neuroglancer + "/files.zip")
        #expect(files.count == 8 && files["a"]?.count == 3 && files["empty"] == [] && files["#"] == [])
        let large = try ZipStore(path: Self.neuroglancer + "/zip64_larger_than_65557.zip")
        #expect(try large.read(StoreKey("README.txt"))?.count == 13)
        #expect(large.isZip64 && large.comment.count > 65_000)
        let folder = SharedFolder.conformance + "/neuroglancer/testdata/datasource/zarr/ome_zarr"
        let zipped = try ZipStore(path: folder + "/simple_0.5.zip")
        #expect(try zipped.hierarchyKey() == .root)
        #expect(try Self.differences(zipped, .root, DirectoryStore(path: folder + "/simple_0.5", create: false)) == [])
    }

    @Test("tensorstore's archives are read, or their methods refused")
    func tensorstore() throws {
        let folder = SharedFolder.conformance + "/tensorstore/tensorstore/internal/compression/testdata"
        let names = try Self.names(folder)
        #expect(names.count == 9)
        for name in names {
            let contents = { try Self.contents("\(folder)/\(name)") }
            switch name {
            case "data.zip": #expect(try contents().values.allSatisfy { $0.count == 106_351 })
            case "data_descriptor_store_compression.zip": #expect(try contents()["test_file"]?.count == 11)
            case "infozip_unicode_path.zip": #expect(try contents()["utf8_name.txt"]?.count == 14)
            case "zip64_one_empty_file.zip": #expect(try contents()["-"]?.count == 2)
            case "zip_deflate.zip": #expect(try contents()["firstsecond"]?.count == 19)
            case "zip_test2.zip": #expect(try contents().keys.sorted() == ["test", "testdir/test2"])
            case "zip_zstd.zip": #expect(try contents()["abac-repeat.txt"]?.count == 64)
            case "zip_bzip2.zip", "zip_xz.zip":
                #expect("\(name)") {
                    try contents()
                } throws: {
                    ($0 as? ZarrError)?.code == .unsupported
                        && "\($0)".contains("12 (bzip2)") == (name == "zip_bzip2.zip")
                }
            default: Issue.record("unknown archive \(name)")
            }
        }
    }

    @Test("zarrita's hierarchy is the same zipped from within, zipped with its folder, and unpacked")
    func zarrita() throws {
        let folder = SharedFolder.conformance + "/zarrita.js/fixtures/v2"
        let plain = try DirectoryStore(path: folder + "/data.zarr", create: false)
        for (name, key) in [("within", ""), ("parent", "data.zarr")] {
            let zipped = try ZipStore(path: "\(folder)/data.zipped_from_\(name).zarr.zip")
            #expect(try zipped.hierarchyKey().path == key)
            #expect(try Self.differences(zipped, zipped.hierarchyKey(), plain) == [])
            let array = try ZarrArray.open(zipped, zipped.hierarchyKey().appending("3d.chunked.i2"))
            let pixels = try array.read(Region(wholeOf: array.metadata.shape)).bytes
            #expect(pixels == (0..<27 as Range<Int16>).flatMap { little($0) })
        }
    }

    @Test("netCDF's archives are read")
    func netCDF() throws {
        let folder = SharedFolder.conformance + "/netcdf-c/nczarr_test", names = try Self.names(folder)
        #expect(names.count == 7)
        for name in names {
            let store = try ZipStore(path: "\(folder)/\(name)"), key = try store.hierarchyKey()
            // One of them has a group above the folder too.
            #expect((key == .root) == (name == "ref_power_901_constants_orig.zip"), "\(name)")
            _ = try ZarrGroup.open(store, key)
            for entry in store.entries { #expect(try store.read(entry.key)?.count == entry.size, "\(entry.key)") }
        }
    }

    /// Entries of an archive, below a key, that differ from the files of a directory.
    private static func differences(_ zip: ZipStore, _ root: StoreKey, _ plain: DirectoryStore) throws -> [String] {
        let prefix = root.path.isEmpty ? "" : root.path + "/"
        return try zip.entries.compactMap { entry in
            let path = String(entry.key.path.dropFirst(prefix.count))
            let same = try plain.read(StoreKey(path)) == zip.read(entry.key)
            return same ? nil : path
        }
    }
}
