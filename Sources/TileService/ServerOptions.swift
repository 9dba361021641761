public import Pyramid

/// How a server runs.
public struct ServerOptions: Sendable {
    /// Files and folders to serve.
    public var paths: [String]
    /// The address it listens at.
    public var host = "127.0.0.1"
    /// The port; 0 lets the system choose one.
    public var port = 8080
    /// Threads that read and decode; the network has its own.
    public var threads = 2
    /// Requests that may be worked on or wait; beyond that they are told to come again.
    public var queueLimit = 1024
    /// Bytes of decoded pixels that are remembered.
    public var cacheBytes = 1 << 30
    /// A folder in which levels that were made are kept for the next start; nil where they are not.
    public var cacheFolder: String?
    /// Bytes of the files in it.
    public var cacheFolderBytes = 10 << 30
    /// What a client must show; nil where everybody is answered.
    public var token: String?

    /// Files with the certificates and the private key of TLS, in PEM; nil for plain HTTP.
    public var certificatePath: String?, keyPath: String?
    /// A line for each request, on standard error.
    public var log = AccessLog.none
    /// Connections that may be open; more wait, not yet accepted, until one is closed.
    public var connectionLimit = 16_384
    /// How long a connection may be idle, take for a request, or take nothing of its answer.
    public var idleTimeout = Duration.seconds(60)
    /// How long answers that have begun may take when the server stops.
    public var stopTimeout = Duration.seconds(30)
    /// The program, as documents name it.
    public var generator = Generator(name: "ome-zarr", version: "0")

    /// Options that serve paths to this machine only.
    public init(paths: [String]) { self.paths = paths }
}
