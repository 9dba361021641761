/// Arithmetic on sizes that files claim: what does not fit becomes the largest number, which every limit refuses.
extension Int {
    /// The product, or `Int.max` where it does not fit. Both factors are at least 0.
    package func saturatingMultiplied(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    /// The sum, or `Int.max` where it does not fit. Both are at least 0.
    package func saturatingAdding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension [Int] {
    /// The product of extents and an element's size, or `Int.max` where it does not fit.
    package func saturatingProduct(times first: Int = 1) -> Int { reduce(first) { $0.saturatingMultiplied(by: $1) } }
}
