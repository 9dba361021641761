import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a server does not start: what, where, and what would do.
public struct ServerError: Error, CustomStringConvertible {
    /// The sentence.
    public let description: String
}

/// How connections are spoken on, and what keeps a server from listening.
enum Listening {
    /// HTTP/1.1, or with TLS what a client can: HTTP/2 or HTTP/1.1.
    ///
    /// - Throws: ``ServerError`` where the certificates or the key are not to be used.
    static func builder(_ options: ServerOptions) throws -> HTTPServerBuilder {
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        let patience = TimeAmount(options.idleTimeout)
        let connection = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(patience: patience)], idleTimeout: patience,
            httpDecoderConfiguration: limits)
        guard let path = options.certificatePath else {
            return HTTPServerBuilder { responder in
                EventLoopChannel(base: HTTP1Channel(responder: responder, configuration: connection))
            }
        }
        let tls = try tls(path, key: options.keyPath ?? path)
        let configuration = HTTP2ChannelConfiguration(
            idleTimeout: options.idleTimeout, gracefulCloseTimeout: options.stopTimeout,
            streamConfiguration: connection)
        let none: HTTPChannelHandler.Responder = { _, _, _ in }
        do {
            // Made once before any client comes, because that is when a key that does not fit is found.
            _ = try HTTP2UpgradeChannel(tlsConfiguration: tls, configuration: configuration, responder: none)
        } catch {
            throw ServerError(
                description:
                    "the key in \(options.keyPath ?? path) does not belong to the certificate in \(path): \(error)")
        }
        return HTTPServerBuilder { responder in
            TimedConnection(
                base: try HTTP2UpgradeChannel(
                    tlsConfiguration: tls, configuration: configuration, responder: responder), patience: patience)
        }
    }

    private static func tls(_ path: String, key: String) throws -> TLSConfiguration {
        let certificates: [NIOSSLCertificate], privateKey: NIOSSLPrivateKey
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw ServerError(description: "cannot read certificates in PEM from \(path): \(reason(path))")
        }
        do {
            privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        } catch {
            throw ServerError(description: "cannot read a private key in PEM from \(key): \(reason(key))")
        }
        return .makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(privateKey))
    }

    /// What keeps a server from listening, as a sentence.
    static func error(_ error: any Error, _ options: ServerOptions) -> any Error {
        guard let error = error as? IOError else { return error }
        let text =
            switch error.errnoCode {
            case EADDRINUSE: "something else listens there already; choose another --port"
            case EACCES: "the port is not for everybody; choose a --port above 1023"
            case EADDRNOTAVAIL: "this machine has no such address; choose another --host"
            case let code: String(cString: strerror(code))
            }
        return ServerError(description: text)
    }

    private static func reason(_ path: String) -> String {
        access(path, R_OK) == 0 ? "it holds none" : String(cString: strerror(errno))
    }
}
