/// An image as addresses name it whose viewers add no query: parameters may follow the id behind ";", as in
/// `cells.tif;z=12;channels=0,1`.
struct ImageAddress {
    let image: ServedImage
    /// As it stands in the address.
    let text: String
    /// The parameters behind the id, and those of the request.
    let query: RequestQuery

    /// - Throws: ``ServiceError`` with status 404 where there is no such image.
    init(_ text: String, _ request: ServiceRequest, in catalogue: ImageCatalogue) throws {
        self.text = text
        do {
            image = try catalogue.image(text)
            query = request.query
        } catch let error as ServiceError where error.status == .notFound {
            // A name of a file may hold a ";" as well: then the whole of it was found.
            let parts = text.split(separator: ";", omittingEmptySubsequences: false)
            guard parts.count > 1 else { throw error }
            image = try catalogue.image(String(parts[0]))
            query = try RequestQuery((parts.dropFirst() + [Substring(request.query.text)]).joined(separator: "&"))
        }
    }
}
