import Synchronization

/// What the service did, in the text format that Prometheus reads.
///
/// - Source: Prometheus, "Exposition formats", text-based format 0.0.4.
final class ServiceMetrics: Sendable {
    /// Upper bounds of the buckets of latencies, in seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// A number that somebody else keeps.
    struct Gauge {
        let name, help: String
        /// Whether it only grows.
        let isCounter: Bool
        /// By labels, as in `{cache="blocks"}`; an empty one for a number without.
        let values: [(label: String, value: Double)]

        init(_ name: String, _ help: String, isCounter: Bool = false, _ values: [(label: String, value: Double)]) {
            (self.name, self.help, self.isCounter, self.values) = (name, help, isCounter, values)
        }

        init(_ name: String, _ help: String, isCounter: Bool = false, _ value: Double) {
            self.init(name, help, isCounter: isCounter, [("", value)])
        }
    }

    private struct Series: Hashable {
        let endpoint: String
        let status: Int
    }

    private struct Latency {
        var buckets = [Int](repeating: 0, count: bounds.count)
        var count = 0
        var seconds = 0.0
    }

    private struct State {
        var requests = [Series: Int]()
        var latencies = [String: Latency]()
        var bytes = 0
    }

    private let state = Mutex(State())

    /// A request was answered.
    ///
    /// - Parameters:
    ///   - endpoint: one of a few names, never what a client made up.
    ///   - seconds: until the answer began.
    ///   - bytes: of its body.
    func count(_ endpoint: String, status: Int, seconds: Double, bytes: Int) {
        state.withLock { state in
            state.requests[Series(endpoint: endpoint, status: status), default: 0] += 1
            state.bytes += bytes
            state.latencies[endpoint, default: Latency()].count += 1
            state.latencies[endpoint, default: Latency()].seconds += seconds
            if let bucket = Self.bounds.firstIndex(where: { seconds <= $0 }) {
                state.latencies[endpoint, default: Latency()].buckets[bucket] += 1
            }
        }
    }

    /// All of it.
    ///
    /// - Parameter gauges: what others know.
    func text(_ gauges: [Gauge]) -> String {
        let state = state.withLock { $0 }
        var text = header("requests_total", "Requests answered.", "counter")
        for (series, count) in state.requests.sorted(by: {
            ($0.key.endpoint, $0.key.status) < ($1.key.endpoint, $1.key.status)
        }) {
            text += "omezarr_requests_total{endpoint=\"\(series.endpoint)\",status=\"\(series.status)\"} \(count)\n"
        }
        text += header("request_seconds", "Time until an answer began.", "histogram")
        for (endpoint, latency) in state.latencies.sorted(by: { $0.key < $1.key }) {
            var sum = 0
            for (bound, count) in zip(Self.bounds, latency.buckets) {
                sum += count
                text += "omezarr_request_seconds_bucket{endpoint=\"\(endpoint)\",le=\"\(bound)\"} \(sum)\n"
            }
            text += "omezarr_request_seconds_bucket{endpoint=\"\(endpoint)\",le=\"+Inf\"} \(latency.count)\n"
            text += "omezarr_request_seconds_sum{endpoint=\"\(endpoint)\"} \(latency.seconds)\n"
            text += "omezarr_request_seconds_count{endpoint=\"\(endpoint)\"} \(latency.count)\n"
        }
        text +=
            header("sent_bytes_total", "Bytes of bodies sent.", "counter") + "omezarr_sent_bytes_total \(state.bytes)\n"
        for gauge in gauges {
            text += header(gauge.name, gauge.help, gauge.isCounter ? "counter" : "gauge")
            for (label, value) in gauge.values { text += "omezarr_\(gauge.name)\(label) \(value)\n" }
        }
        return text
    }

    private func header(_ name: String, _ help: String, _ kind: String) -> String {
        "# HELP omezarr_\(name) \(help)\n# TYPE omezarr_\(name) \(kind)\n"
    }
}
