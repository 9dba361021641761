/// Products of numbers a file gives, which may be beyond 63 bits.
enum Product {
    /// The product of all factors; nil where it overflows.
    static func of(_ factors: some Sequence<Int>) -> Int? {
        var product = 1
        for factor in factors {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            product = next
        }
        return product
    }
}
