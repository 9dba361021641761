import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes and reads arrays at the request of the interop tests: one JSON object a line comes in, one goes out.
///
///     {"write": folder, "metadata": {…}, "raw": file}    writes the pixels of the file as an array
///     {"read": path, "raw": file}                        writes the pixels of an array into the file
///
/// The path of a read is a folder or a zip; `"most": n` reads no more than the first n elements of each axis. `metadata` is the content of a zarr.json or a .zarray; pixels are in C order and the byte order of the machine. The
/// answer is `{"shape": […], "type": "…"}`, or `{"error": "…"}`.
@main
enum ZarrExchange {
    static func main() {
        while let line = readLine() {
            do {
                print(try answer(JSONValue.parse(Array(line.utf8))))
            } catch {
                print(["error": .string("\(error)")] as JSONValue)
            }
            fflush(nil)
        }
    }

    private static func answer(_ request: JSONValue) throws -> JSONValue {
        let files = try DirectoryStore(path: "/", create: false)
        let raw = try StoreKey(path(request, "raw"))
        let array: ZarrArray
        if let document = request["metadata"] {
            let isV2 = document["zarr_format"]?.int == 2
            let metadata = try isV2 ? ArrayMetadata.v2(zarray: document) : ArrayMetadata(json: document)
            guard let bytes = try files.read(raw) else { throw ZarrError(.notFound, "there is no file \(raw)") }
            array = try ZarrArray.create(files, StoreKey(path(request, "write")), metadata)
            try write(PixelBuffer(shape: metadata.shape, type: metadata.type, bytes: bytes), to: array)
        } else {
            array = try open(path(request, "read"), files)
            let most = request["most"]?.int ?? .max
            try files.write(raw, array.read(Region(wholeOf: array.metadata.shape.map { min($0, most) })).bytes)
        }
        return ["shape": JSONValue(array.metadata.shape), "type": .string("\(array.metadata.type)")]
    }

    private static func open(_ path: String, _ files: DirectoryStore) throws -> ZarrArray {
        let key = try StoreKey(path)
        // Only a file has a size.
        if try files.size(key) == nil { return try ZarrArray.open(files, key) }
        return try ZarrArray.open(ZipStore(path: "/" + path))
    }

    /// An absolute path of the request as a key of the root directory.
    private static func path(_ request: JSONValue, _ name: String) throws -> String {
        guard let path = request[name]?.string, path.hasPrefix("/") else {
            throw ZarrError(.invalidCall, "the request has no absolute path \"\(name)\"")
        }
        return String(path.dropFirst())
    }

    private static func write(_ image: PixelBuffer, to array: ZarrArray) throws {
        let metadata = array.metadata, workspace = CodecWorkspace()
        var image = image
        for index in indices(metadata.gridShape) {
            let region = metadata.region(ofChunk: index)
            guard let inside = region.intersection(Region(wholeOf: metadata.shape)) else { continue }
            var chunk = PixelBuffer(shape: region.shape, type: metadata.type)
            image.withPixels { from in
                chunk.withPixels { to in
                    to.fill(with: metadata.fillValue.bytes)
                    to.subview(inside.relative(to: region.origin)).copy(from: from.subview(inside))
                }
            }
            try chunk.bytes.withUnsafeBytes { try array.writeChunk(index, $0, workspace) }
        }
    }

    /// Every index of a box, C order.
    private static func indices(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { all, extent in all.flatMap { index in (0..<extent).map { index + [$0] } } }
    }
}
