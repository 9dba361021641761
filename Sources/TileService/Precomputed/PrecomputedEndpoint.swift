import Zarr

/// `/precomputed/<image>/info` and `/precomputed/<image>/<level>/<chunk>`: an image as a precomputed volume for
/// Neuroglancer, with all its levels, unsharded and raw.
///
/// Volumes have no time; another than the first stands behind the image, as in `/precomputed/cells.tif;t=4`.
struct PrecomputedEndpoint: Endpoint {
    let catalogue: ImageCatalogue

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        let names = Array(path)
        guard let name = names.first, names.count == 2 || names.count == 3 else {
            throw ServiceError.notFound("a precomputed volume lies at /precomputed/<image>: see its info")
        }
        let address = try ImageAddress(name, request, in: catalogue)
        let image = address.image, volume = try PrecomputedVolume(image)
        if names.count == 2 {
            guard names[1] == "info" else { throw ServiceError.notFound("there is no \(names[1]): see info") }
            return Answer(json: volume.info)
        }
        let t = try StyleQuery.plane(address.query, of: image.description).t
        guard let level = Int(names[1]), image.description.levels.indices.contains(level),
            let region = volume.region(names[2], level: level, t: t)
        else { throw ServiceError.notFound("there is no chunk \(names[1])/\(names[2]): see info") }
        let content = LazyContent(
            of: image, for: request, key: "precomputed \(level) \(region)", isRemembered: false
        ) {
            try volume.chunk(region, level: level, while: $0)
        }
        return Answer(type: "application/octet-stream", content)
    }
}
