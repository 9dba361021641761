extension Answer {
    /// A picture. Where the query names the version of the image as `v`, it never changes.
    init(_ order: PictureOrder, of image: ServedImage, to request: ServiceRequest) {
        self.init(
            type: order.format.mediaType,
            LazyContent(of: image, for: request, key: order.key) { try order.file(while: $0) },
            lifetime: request.query[.v] == image.version ? .hour : .revalidated)
    }
}
