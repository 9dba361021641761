public import Zarr

/// A manifest as it was read: its lines are found by key, none is kept in another form.
public struct ManifestContents: Sendable {
    /// One object that should be there, or rightly not; or a remark about everything at a key and below it.
    public struct Entry: Sendable, Hashable {
        /// What an entry says.
        public enum Kind: Sendable {
            /// How one object is.
            case object
            /// That a command was changing what is there when it stopped: it is as before, or as it should become.
            case changing
            /// That a command put it there after the conversion.
            case added
        }

        /// Where it lies, counted from the group that holds the manifest's.
        public var key: StoreKey
        /// Nil where nothing is stored because all pixels are the fill value.
        public var stamp: ObjectStamp?
        /// What is said of the key.
        public var kind = Kind.object
    }

    /// By which program the output was made, of what, by which plan; in the words of the manifest.
    public let program, input, plan: String
    /// True for what was found in place of a manifest that is lost.
    var isRecovered = false
    private let bytes: [UInt8]
    /// Where each line begins, sorted by key.
    private var starts: [Int] = []
    /// What was being changed when a command stopped: nothing is known of it, nor of what is below.
    public private(set) var changing: [StoreKey] = []
    /// What commands added to the output after the conversion, and so is not in its input.
    public private(set) var added: [StoreKey] = []

    /// Reads the manifest of a hierarchy.
    ///
    /// - Returns: nil where there is none.
    /// - Throws: ``ZarrError`` with code `.corrupt` where a line cannot be understood.
    public init?(_ store: any ReadableStore, _ key: StoreKey = .root) throws {
        let place = try key.appending(Manifest.file)
        guard let bytes = try store.read(place) else { return nil }
        try self.init(bytes, place, store)
    }

    /// - Throws: ``ZarrError`` with code `.corrupt` where a line cannot be understood, saying where it was read.
    init(_ bytes: [UInt8], _ place: StoreKey, _ store: any ReadableStore) throws {
        self.bytes = bytes
        var header: [String] = [], start = 0
        while start < bytes.count, header.count < 4 {
            let end = bytes[start...].firstIndex(of: Self.newline) ?? bytes.count
            header.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + 1
        }
        func value(_ line: Int, _ name: String) -> String? {
            guard line < header.count, header[line].hasPrefix(name + " ") else { return nil }
            return String(header[line].dropFirst(name.count + 1))
        }
        guard header.first == Manifest.heading, let program = value(1, "program"), let input = value(2, "input"),
            let plan = value(3, "plan")
        else { throw Self.damaged(place, store, line: 1) }
        (self.program, self.input, self.plan) = (program, input, plan)
        try readLines(from: start, place, store)
    }

    private mutating func readLines(from first: Int, _ place: StoreKey, _ store: any ReadableStore) throws {
        var start = first, number = 5
        while start < bytes.count {
            starts.append(start)
            guard let entry = entry(at: start) else { throw Self.damaged(place, store, line: number) }
            if entry.kind == .changing { changing.append(entry.key) }
            if entry.kind == .added { added.append(entry.key) }
            start = (bytes[start...].firstIndex(of: Self.newline) ?? bytes.count) + 1
            number += 1
        }
        let bytes = bytes
        func isBefore(_ a: Int, _ b: Int) -> Bool { Self.key(bytes, a).lexicographicallyPrecedes(Self.key(bytes, b)) }
        // Ours are sorted; a program that changed one need not have been careful.
        if zip(starts, starts.dropFirst()).contains(where: { isBefore($1, $0) }) { starts.sort(by: isBefore) }
    }

    private static let newline = UInt8(ascii: "\n"), space = UInt8(ascii: " ")

    private static func damaged(_ key: StoreKey, _ store: any ReadableStore, line: Int) -> ZarrError {
        ZarrError(
            .corrupt,
            "line \(line) of \(key) in \(store.name) cannot be understood: the manifest is damaged or of another program; "
                + "convert the input again, or remove the manifest to check without it", key: key)
    }

    /// The bytes of a line's key.
    private static func key(_ bytes: [UInt8], _ start: Int) -> ArraySlice<UInt8> {
        let line = bytes[start..<(bytes[start...].firstIndex(of: newline) ?? bytes.count)]
        let parts = line.split(separator: space, maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? parts[2] : []
    }

    private func entry(at start: Int) -> Entry? {
        let line = bytes[start..<(bytes[start...].firstIndex(of: Self.newline) ?? bytes.count)]
        let parts = line.split(separator: Self.space, maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3, let size = Int(parts[1]), size >= 0, !parts[2].isEmpty,
            let key = try? StoreKey(JournalText.unescaped(parts[2]))
        else { return nil }
        switch parts[0] {
        case Manifest.absent: return Entry(key: key, stamp: nil)
        case Manifest.changing: return Entry(key: key, kind: .changing)
        case Manifest.added: return Entry(key: key, kind: .added)
        default: break
        }
        return UInt64(parts[0], radix: 16).map { Entry(key: key, stamp: ObjectStamp(size: size, checksum: $0)) }
    }
}

extension ManifestContents: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { 0 }
    /// The number of entries.
    public var endIndex: Int { starts.count }

    /// An entry; they are sorted by key.
    public subscript(position: Int) -> Entry {
        // Every line was understood when the manifest was read.
        entry(at: starts[position]) ?? Entry(key: .root, stamp: nil)
    }

    /// True for what is, or lies below, something that was being changed.
    public func isChanging(_ key: StoreKey) -> Bool { changing.contains { $0.isAtOrAbove(key.path) } }

    /// True for what is, or lies below, something that was added after the conversion.
    public func isAdded(_ key: StoreKey) -> Bool { added.contains { $0.isAtOrAbove(key.path) } }

    /// What the manifest says of an object; nil where it does not name it. Costs the logarithm of its length.
    public func entry(_ key: StoreKey) -> Entry? {
        let wanted = Array(JournalText.escaped(key.path).utf8)
        var low = 0, high = starts.count
        while low < high {
            let middle = low + (high - low) / 2
            if Self.key(bytes, starts[middle]).lexicographicallyPrecedes(wanted) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        // A remark about the key may stand beside what is said of the object.
        while low < starts.count, Self.key(bytes, starts[low]).elementsEqual(wanted) {
            if self[low].kind == .object { return self[low] }
            low += 1
        }
        return nil
    }
}
