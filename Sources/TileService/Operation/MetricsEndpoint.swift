import Zarr

/// `/metrics`: what the service did, for Prometheus.
struct MetricsEndpoint: Endpoint {
    let metrics: ServiceMetrics
    let catalogue: ImageCatalogue
    let workers: WorkerQueue

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer {
        let blocks = catalogue.blocks.counters, pictures = catalogue.pictures.counters
        func both(_ blocks: Int, _ pictures: Int) -> [(label: String, value: Double)] {
            [("{cache=\"blocks\"}", Double(blocks)), ("{cache=\"pictures\"}", Double(pictures))]
        }
        let text = metrics.text([
            .init("waiting_requests", "Requests that are worked on or wait.", Double(workers.load)),
            .init(
                "abandoned_requests_total", "Requests whose client went before they were answered.", isCounter: true,
                Double(workers.abandoned)),
            .init("cache_bytes", "Bytes that are remembered.", both(blocks.bytes, pictures.bytes)),
            .init(
                "cache_hits_total", "What was asked for and remembered.", isCounter: true,
                both(blocks.hits, pictures.hits)),
            .init(
                "cache_misses_total", "What was asked for and had to be decoded or made.", isCounter: true,
                both(blocks.misses, pictures.misses)),
            .init("cache_folder_bytes", "Bytes of the files of --cache-dir.", Double(blocks.folder.bytes)),
            .init(
                "cache_folder_hits_total", "Blocks that were read from --cache-dir.", isCounter: true,
                Double(blocks.folder.hits)),
            .init(
                "decode_seconds_total", "Time spent on reading and decoding blocks, of all threads.", isCounter: true,
                Double(catalogue.blocks.decodingTime) * 1e-9),
        ])
        return Answer(text: text, type: "text/plain; version=0.0.4; charset=utf-8", lifetime: .none)
    }

    /// Not behind those that wait: whoever watches over the process must see it when it is busy.
    func answerAtOnce(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer? { answer(request, path) }
}
