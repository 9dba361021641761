extension Int {
    /// The greatest number that divides both; for numbers above 0.
    func commonDivisor(_ other: Int) -> Int {
        var (a, b) = (self, other)
        while b > 0 { (a, b) = (b, a % b) }
        return a
    }
}
