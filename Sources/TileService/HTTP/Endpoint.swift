/// What answers the requests whose path begins with one name.
///
/// Endpoints are synchronous and run on the threads that may block; see ``Routes`` for which there are.
protocol Endpoint: Sendable {
    /// Answers a request.
    ///
    /// - Parameter path: the names behind the one the endpoint is reached by.
    /// - Throws: ``ServiceError``, or what the libraries throw, which is answered as ``ServiceError/init(_:)`` says.
    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer
}
