import Zarr

/// `/healthz`: whether the process answers at all.
struct LivenessEndpoint: Endpoint {
    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer {
        Answer(json: ["status": "ok"], lifetime: .none)
    }

    /// Not behind those that wait: whoever watches over the process must see it when it is busy.
    func answerAtOnce(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer? { answer(request, path) }
}

/// `/readyz`: whether requests would be answered: what is served is there, and the queue is not full.
struct ReadinessEndpoint: Endpoint {
    let library: ImageLibrary
    let workers: WorkerQueue

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        for root in library.roots where ServedRoot.resolved(root.place) == nil {
            throw ServiceError(.serviceUnavailable, "gone", "\(root.path) is not there any more", retryAfter: 10)
        }
        return Answer(json: ["status": "ok", "waiting": JSONValue(workers.load)], lifetime: .none)
    }
}
