import Zarr

/// `/api/images/<image>/histogram?channel=0&z=12&t=0&bins=256`: counts, extremes and percentiles of the values of a plane.
///
/// Without `level`, a level is read whose planes have about a million pixels; `exact=1` reads level 0. `range=100:2000`
/// counts the values of that range only; without it the bins go from the smallest to the largest value.
enum HistogramAnswer {
    private static let shares = [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9]

    /// - Throws: ``ServiceError`` with status 400.
    static func answer(_ request: ServiceRequest, _ image: ServedImage) throws -> Answer {
        let query = request.query, description = image.description
        let plane = try StyleQuery.plane(query, of: description)
        let channel = try StyleQuery.index(query, .channel, description.channelCount) ?? 0
        let levels = description.levels.count
        let level =
            try StyleQuery.index(query, .level, levels)
            ?? (try query.flag(.exact) ? 0 : PlaneHistogram.coarseLevel(image))
        let bins = try query.int(.bins) ?? 256
        guard (1...65536).contains(bins) else {
            throw ServiceError(.badRequest, "parameter", "bins=\(bins) are not made: use 1 to 65536")
        }
        var counted = PlaneHistogram.Request(level: level, channel: channel, z: plane.z, t: plane.t)
        if let text = query[.range], !text.isEmpty {
            let (start, end) = try StyleQuery.window(text, "range")
            counted.range = start...end
        }
        try PlaneHistogram.check(image, level: level)
        let asked = counted
        let content = LazyContent(of: image, for: request, key: "histogram \(asked) \(bins)") {
            report(try PlaneHistogram(image, asked, while: $0), asked, bins).serialized()
        }
        return Answer(type: "application/json", content)
    }

    private static func report(_ plane: PlaneHistogram, _ request: PlaneHistogram.Request, _ bins: Int) -> JSONValue {
        let histogram = plane.histogram
        var report: JSONValue = [
            "channel": JSONValue(request.channel), "z": JSONValue(request.z), "t": JSONValue(request.t),
            "level": JSONValue(request.level), "count": JSONValue(histogram.count),
        ]
        if let range = plane.range {
            report["min"] = JSONValue(range.low)
            report["max"] = JSONValue(range.high)
        }
        report["start"] = JSONValue(histogram.low)
        report["end"] = JSONValue(histogram.high)
        report["counts"] = JSONValue(histogram.counts(bins: bins))
        var percentiles: JSONValue = [:]
        for share in shares {
            let name = share == share.rounded() ? "\(Int(share))" : "\(share)"
            if let value = histogram.percentile(share / 100) { percentiles[name] = JSONValue(value) }
        }
        report["percentiles"] = percentiles
        return report
    }
}
