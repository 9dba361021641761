package import Zarr

/// One line of a journal: what it says, and the checksum of that, so that a line of which a part was lost says nothing.
///
/// Text, because a person who looks for what went wrong should be able to read it: `object 17 4096 8a9136aa1c291ca3 0/c <crc>`.
package enum JournalEntry: Equatable {
    /// What is being made; the first line.
    case identity(ConversionIdentity)
    /// Lines from here on were written since the machine was started under this name. The system may have lost what was
    /// written before the name changed.
    case boot(String)
    /// Parts of a finished output are made again.
    case repair
    /// What lay in the folder before is gone.
    case cleared
    /// An object has its name; a stamp of no bytes means that all its pixels are the fill value and nothing is stored.
    case object(array: StoreKey, number: Int, ObjectStamp)
    /// A unit is made.
    case unit(image: StoreKey, Brick, UnitStatistics)

    private static let version = 1

    /// The line with its end.
    package var line: [UInt8] {
        var line = payload
        line.append(UInt8(ascii: " "))
        return line + (JournalText.hexadecimal(Self.checksum(line)) + "\n").utf8
    }

    private var payload: [UInt8] {
        switch self {
        case .identity(let identity): Array(JournalText.escaped("conversion \(Self.version) \(identity.json)").utf8)
        case .boot(let name): Array("boot \(name)".utf8)
        case .repair: Array("repair".utf8)
        case .cleared: Array("cleared".utf8)
        case .object(let array, let number, let stamp):
            Array(
                "object \(number) \(stamp.size) \(JournalText.hexadecimal(stamp.checksum)) \(JournalText.escaped(array.path))"
                    .utf8)
        case .unit(let image, let brick, let seen):
            "unit \(brick.level) \(brick.index.map(String.init).joined(separator: ",")) ".utf8 + seen.word
                + " \(JournalText.escaped(image.path))".utf8
        }
    }

    /// Nil for a line that is not whole, or of a kind that is not known.
    package init?(line: some RandomAccessCollection<UInt8>) {
        guard line.count > 9,
            JournalText.hexadecimal(Self.checksum(Array(line.dropLast(8)))).utf8.elementsEqual(line.suffix(8))
        else { return nil }
        let text = JournalText.unescaped(String(decoding: line.dropLast(9), as: UTF8.self))
        guard let entry = Self.parse(text) else { return nil }
        self = entry
    }

    private static func parse(_ text: String) -> JournalEntry? {
        var rest = text[...]
        func word() -> Substring {
            let word = rest.prefix { $0 != " " }
            rest = rest.dropFirst(word.count + 1)
            return word
        }
        switch word() {
        case "conversion":
            guard Int(word()) == version, let json = try? JSONValue.parse(Array(rest.utf8)) else { return nil }
            return ConversionIdentity(json: json).map { .identity($0) }
        case "boot": return .boot(String(rest))
        case "repair": return .repair
        case "cleared": return .cleared
        case "object":
            guard let number = Int(word()), let size = Int(word()), let sum = UInt64(word(), radix: 16),
                number >= 0, size >= 0, let key = try? StoreKey(String(rest))
            else { return nil }
            return .object(array: key, number: number, ObjectStamp(size: size, checksum: sum))
        case "unit":
            guard let level = Int(word()) else { return nil }
            let index = word().split(separator: ",").compactMap { Int($0) }
            guard let seen = UnitStatistics(word: word()), let key = try? StoreKey(String(rest)) else { return nil }
            return .unit(image: key, Brick(level: level, index: index), seen)
        default: return nil
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes(CRC32C.checksum) }
}

/// How numbers and keys stand in the lines of journals and manifests.
enum JournalText {
    /// Eight digits.
    static func hexadecimal(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: value.bitWidth / 4 - digits.utf8.count) + digits
    }

    /// The text without line ends, which a name may contain.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x25 || $0 == 0x0A || $0 == 0x0D }) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x25: bytes += "%25".utf8
            case 0x0A: bytes += "%0A".utf8
            case 0x0D: bytes += "%0D".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text that ``escaped(_:)`` was given.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(0x25) else { return text }
        var bytes: [UInt8] = [], rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let escape = rest.prefix(2)
            if byte == 0x25, let value = UInt8(String(decoding: escape, as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
