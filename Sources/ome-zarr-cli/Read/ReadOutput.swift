import TiffIngest
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where `read` puts its bytes: a file that appears when it is complete, or standard output.
enum ReadOutput {
    case file(TemporaryFile)
    case standardOutput

    /// - Parameter path: a file, or `-` for standard output.
    init(_ path: String) throws {
        self = path == "-" ? .standardOutput : .file(try TemporaryFile(replacing: path))
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        switch self {
        case .file(let file): try file.append(bytes)
        case .standardOutput: try Output.bytes(bytes)
        }
    }

    func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }

    func finish() throws {
        if case .file(let file) = self { try file.commit() }
    }

    /// Runs `body` with the path of a file and brings the file to where it belongs.
    ///
    /// A TIFF's directories point forwards and backwards: on its way to a pipe it is made in the folder for temporary
    /// files first.
    static func withFile(_ path: String, _ body: (String) throws -> Void) throws {
        guard path == "-" else { return try body(path) }
        let folder = try makeTemporaryFolder(), file = folder + "/image.tif"
        defer {
            unlink(file)
            rmdir(folder)
        }
        try body(file)
        try copyToStandardOutput(file)
    }

    /// A folder that only this user may enter: the writer makes a second file beside the first and renames it, which
    /// would give up a name that was reserved in a folder of everybody's.
    private static func makeTemporaryFolder() throws -> String {
        let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let parent = named.isEmpty ? "/tmp" : named
        var template = Array("\(parent)/ome-zarr-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw failure("make a temporary folder in \(parent)") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func copyToStandardOutput(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read \(path) back") }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read \(path) back") }
            if count == 0 { return }
            try Output.bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private static func failure(_ action: String) -> ZarrError {
        let code = errno
        return ZarrError(
            .ioFailure, "cannot \(action): \(String(cString: strerror(code))); check TMPDIR and its disk", errno: code)
    }
}
