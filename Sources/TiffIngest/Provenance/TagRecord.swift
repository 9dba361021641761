import Zarr

/// The tags of a directory as JSON, so that nothing a file says of its image is lost with the file.
///
/// Text is a string, numbers are a number or an array, other bytes are `{"base64": …}`. What is longer than 64 KiB, more
/// than 1024 numbers or beyond 1 MiB altogether is cut: of text `{"text": …, "bytes": n}` is left, of anything else
/// `{"bytes": n}`.
struct TagRecord {
    private static let mostBytes = 64 << 10
    private static let mostNumbers = 1024

    private let reader: DirectoryReader
    /// Bytes that may still be kept: a directory may have 65 535 long tags.
    private var budget = 1 << 20

    init(_ reader: DirectoryReader) { self.reader = reader }

    /// The tags worth keeping, by name, in file order; one that is there twice is an array.
    ///
    /// - Parameter hasOMEXML: whether the first description is OME-XML, which is kept elsewhere.
    mutating func tags(_ directory: Directory, hasOMEXML: Bool) -> JSONObject {
        var tags = JSONObject(), isFirstDescription = true
        for field in directory.fields {
            guard let name = TagNames.name(field.tag) else { continue }
            if field.tag == .imageDescription {
                defer { isFirstDescription = false }
                if hasOMEXML && isFirstDescription { continue }
            }
            guard let value = value(field) else { continue }
            if let before = tags[name] {
                tags[name] = .array((before.array ?? [before]) + [value])
            } else {
                tags[name] = value
            }
        }
        return tags
    }

    /// The value of a field; nil where it has none or it leaves the file.
    private mutating func value(_ field: Field) -> JSONValue? {
        let (length, overflow) = field.count.multipliedReportingOverflow(by: field.valueSize)
        guard !overflow, length > 0 else { return nil }
        let kept = min(length, Self.mostBytes, budget)
        var part = field
        part.count = kept / field.valueSize
        guard part.count > 0, let bytes = try? reader.contents(of: part) else { return ["bytes": JSONValue(length)] }
        budget -= bytes.count
        switch field.type {
        case 1, 2, 7:
            if let text = Self.text(bytes, isCut: kept < length, isText: field.type == 2) {
                return kept < length ? ["text": .string(text), "bytes": JSONValue(length)] : .string(text)
            }
            return Self.binary(bytes, length)
        default:
            guard field.count <= Self.mostNumbers, part.count == field.count else {
                return ["bytes": JSONValue(length)]
            }
            let numbers = numbers(bytes, field)
            return numbers.count == 1 ? numbers[0] : .array(numbers)
        }
    }

    /// Bytes as Base64; only their number where they are not all there.
    static func binary(_ bytes: [UInt8], _ length: Int) -> JSONValue {
        guard bytes.count == length, length <= mostBytes else { return ["bytes": JSONValue(length)] }
        return ["base64": .string(Base64.encode(bytes))]
    }

    /// Bytes as text, up to the NULs at the end: UTF-8, or Latin-1 where the type promises text. Nil for other bytes.
    private static func text(_ bytes: [UInt8], isCut: Bool, isText: Bool) -> String? {
        var bytes = bytes[...]
        while bytes.last == 0 { bytes.removeLast() }
        let isPlain = bytes.allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
        guard isText || isPlain && !bytes.isEmpty else { return nil }
        // A cut may have parted a character, which has four bytes at the most.
        for dropped in 0...(isCut ? 3 : 0) {
            if let text = String(validating: bytes.dropLast(dropped), as: UTF8.self) { return text }
        }
        return isText ? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) : nil
    }

    private func numbers(_ bytes: [UInt8], _ field: Field) -> [JSONValue] {
        let size = field.valueSize
        return bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return [] }
            // Safety: only whole values are loaded.
            return (0..<raw.count / size).map { number(base + $0 * size, field.type, size) }
        }
    }

    /// Safety: `place` has a value of the type.
    private func number(_ place: UnsafeRawPointer, _ type: UInt16, _ size: Int) -> JSONValue {
        switch type {
        case 5, 10:
            let above = UInt32(truncatingIfNeeded: reader.load(place, 4))
            let below = UInt32(truncatingIfNeeded: reader.load(place + 4, 4))
            let isSigned = type == 10
            return JSONValue(
                isSigned
                    ? Double(Int32(bitPattern: above)) / Double(Int32(bitPattern: below))
                    : Double(above) / Double(below))
        case 11: return JSONValue(Double(Float(bitPattern: UInt32(truncatingIfNeeded: reader.load(place, 4)))))
        case 12: return JSONValue(Double(bitPattern: reader.load(place, 8)))
        case 6, 8, 9, 17:
            let shift = UInt64(64 - 8 * size)
            return JSONValue(Int64(bitPattern: reader.load(place, size) << shift) >> Int64(shift))
        default: return JSONValue(reader.load(place, size))
        }
    }
}
