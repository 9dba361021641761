import Zarr

/// `/healthz`: whether the process answers at all.
struct LivenessEndpoint: Endpoint {
    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        Answer(json: ["status": "ok"], lifetime: .none)
    }
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

/// `/metrics`: what the service did, for Prometheus.
struct MetricsEndpoint: Endpoint {
    let metrics: ServiceMetrics
    let catalogue: ImageCatalogue
    let workers: WorkerQueue

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        let blocks = catalogue.blocks.counters
        let text = metrics.text([
            ("waiting_requests", "Requests that are worked on or wait.", false, workers.load),
            ("block_cache_bytes", "Bytes of decoded blocks that are remembered.", false, blocks.bytes),
            ("block_cache_hits_total", "Decoded blocks that were remembered.", true, blocks.hits),
            ("block_cache_misses_total", "Blocks that had to be decoded or made.", true, blocks.misses),
        ])
        return Answer(text: text, type: "text/plain; version=0.0.4; charset=utf-8", lifetime: .none)
    }
}
