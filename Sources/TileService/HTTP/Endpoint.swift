/// What answers the requests whose path begins with one name.
///
/// Endpoints are synchronous and run on the threads that may block; see ``Routes`` for which there are.
protocol Endpoint: Sendable {
    /// Answers a request.
    ///
    /// - Parameter path: the names behind the one the endpoint is reached by.
    /// - Throws: ``ServiceError``, or what the libraries throw, which is answered as ``ServiceError/init(_:)`` says.
    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer

    /// Answers a request where that takes next to nothing and waits for no disk; nil where it might.
    ///
    /// Called on the threads of the network, before ``answer(_:_:)``.
    func answerAtOnce(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer?
}

extension Endpoint {
    func answerAtOnce(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer? { nil }
}
