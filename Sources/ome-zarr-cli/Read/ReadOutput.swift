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
        case .standardOutput: Output.bytes(bytes)
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
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let temporary = "\(folder)/ome-zarr-\(getpid()).tif"
        defer { unlink(temporary) }
        try body(temporary)
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ZarrError(.ioFailure, "cannot read \(temporary) back", errno: errno) }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while case let count = read(descriptor, buffer.baseAddress, buffer.count), count > 0 {
            Output.bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
