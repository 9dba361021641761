extension DirectoryReader {
    /// The integers of a field, or of its first `limit` values.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where they are not integers, are negative or leave the file.
    package func integers(_ field: Field, first limit: Int = .max) throws -> [Int] {
        guard [1, 3, 4, 6, 7, 8, 9, 13, 16, 17, 18].contains(field.type) else {
            throw TiffError(
                .damaged, "tag \(field.tag.rawValue) has values of type \(field.type), which are no integers",
                path: file.path)
        }
        var part = field
        part.count = min(field.count, limit)
        let raw = try contents(of: part)
        let size = field.valueSize, isSigned = [6, 8, 9, 17].contains(field.type)
        let signBit = UInt64(1) << UInt64(size * 8 - 1)
        return try raw.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return [] }
            return try [Int](unsafeUninitializedCapacity: part.count) { values, count in
                for index in 0..<part.count {
                    // Safety: `contents` returned exactly `count * size` bytes.
                    let value = load(base + index &* size, size)
                    guard value <= UInt64(Int.max), !isSigned || value & signBit == 0 else {
                        throw TiffError(
                            .damaged, "tag \(field.tag.rawValue) holds a negative number or one beyond 63 bits",
                            path: file.path)
                    }
                    values[index] = Int(value)
                }
                count = part.count
            }
        }
    }

    /// The first integer of a tag; nil where the directory has no such tag or it has no values.
    package func integer(_ tag: Tag, of directory: Directory) throws -> Int? {
        guard let field = directory[tag], field.count > 0 else { return nil }
        return try integers(field, first: 1).first
    }

    /// The size a required tag gives.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where it is missing, zero or beyond 31 bits.
    package func extent(_ tag: Tag, _ name: String, of directory: Directory) throws -> Int {
        guard let value = try integer(tag, of: directory) else {
            throw TiffError(.damaged, "\(name) (tag \(tag.rawValue)) is missing", path: file.path)
        }
        guard (1...Int(Int32.max)).contains(value) else {
            throw TiffError(
                .damaged, "\(name) (tag \(tag.rawValue)) is \(value), and must be 1 to 2147483647", path: file.path)
        }
        return value
    }

    /// The first value of a RATIONAL, FLOAT, DOUBLE or integer tag; nil where there is none or it makes no sense.
    package func number(_ tag: Tag, of directory: Directory) -> Double? {
        guard var field = directory[tag], field.count > 0 else { return nil }
        field.count = 1
        guard let raw = try? contents(of: field) else { return nil }
        return raw.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            // Safety: the contents hold one value of the field's type.
            switch field.type {
            case 5, 10:
                let above = load(base, 4), below = load(base + 4, 4)
                return below == 0 ? nil : Double(above) / Double(below)
            case 11: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: load(base, 4))))
            case 12: return Double(bitPattern: load(base, 8))
            default: return Double(load(base, field.valueSize))
            }
        }
    }

    /// The bytes of a text tag up to its first NUL; nil where there is none or it cannot be read.
    package func text(_ tag: Tag, of directory: Directory) -> [UInt8]? {
        guard let field = directory[tag], let raw = try? contents(of: field) else { return nil }
        return Array(raw.prefix { $0 != 0 })
    }
}
