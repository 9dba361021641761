#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Numbers as people read them.
enum Quantity {
    /// `512 B`, `3.2 MB`, `17 GB`: powers of 1000, as disks and networks count.
    static func bytes(_ count: Int) -> String {
        var value = Double(count), unit = 0
        while value >= 999.5 && unit < 5 {
            value /= 1000
            unit += 1
        }
        return unit == 0
            ? "\(count) B"
            : "\(decimal(value, places: value < 9.95 ? 1 : 0)) \(["", "kB", "MB", "GB", "TB", "PB"][unit])"
    }

    /// `7 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9).rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    /// A number with a fixed count of decimal places.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// A number without a needless ".0" and with at most 6 significant decimals: `0.325`, `2`.
    static func plain(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12, abs(value) >= 1e-6 || value == 0 else { return "\(value)" }
        var text = decimal(value, places: abs(value) < 0.01 ? 9 : 6)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// Extents as in `2048 x 2048`.
    static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " x ") }

    /// Seconds on a clock that only moves forward.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
