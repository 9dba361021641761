#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The attributes of an element, still in expat's memory: only those asked for become strings.
struct Attributes {
    /// Safety: names and values in turn, ended by nil; valid while the element's start is handled.
    let pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>

    /// The value of an attribute; nil where the element has none of that name.
    subscript(_ name: StaticString) -> String? {
        var place = pairs
        while let key = place.pointee {
            if strcmp(key, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)) == 0 {
                return (place + 1).pointee.map { String(cString: $0) }
            }
            place += 2
        }
        return nil
    }

    /// The value as an integer; nil where it is none.
    func integer(_ name: StaticString) -> Int? { self[name].flatMap { Int($0) ?? Int(trimmed($0)) } }

    /// The value as a number; nil where it is none.
    func number(_ name: StaticString) -> Double? { self[name].flatMap { Double($0) ?? Double(trimmed($0)) } }

    /// The value as a positive finite number; nil where it is none.
    func wavelength(_ name: StaticString) -> Double? { number(name).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }

    private func trimmed(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}

/// The name of an element without its namespace prefix, compared without making a string of it.
struct LocalName {
    private let name: UnsafePointer<CChar>

    init(_ qualified: UnsafePointer<CChar>) {
        name = strrchr(qualified, 0x3A).map { UnsafePointer($0) + 1 } ?? qualified
    }

    static func ~= (pattern: StaticString, value: LocalName) -> Bool {
        strcmp(value.name, UnsafeRawPointer(pattern.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
    }
}
