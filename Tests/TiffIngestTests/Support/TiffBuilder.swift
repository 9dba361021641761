#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes small TIFF files, sound or not, in every variant of the format.
struct TiffBuilder {
    var isBig = false
    var isBigEndian = false
    private(set) var bytes: [UInt8] = []

    init(isBig: Bool = false, isBigEndian: Bool = false) {
        self.isBig = isBig
        self.isBigEndian = isBigEndian
        bytes = isBigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
        bytes += number(isBig ? 43 : 42, 2)
        if isBig { bytes += number(8, 2) + number(0, 2) }
        bytes += number(0, offsetSize)
    }

    var offsetSize: Int { isBig ? 8 : 4 }
    var count: Int { bytes.count }

    /// An entry of a directory: values are written inside it or before the directory, as the format wants.
    struct Entry {
        var tag: UInt16
        var type: UInt16
        var values: [UInt64]
        /// Instead of the number of values, to lie about it.
        var claimedCount: UInt64?

        static func short(_ tag: UInt16, _ values: Int...) -> Entry {
            Entry(tag: tag, type: 3, values: values.map(UInt64.init))
        }
        static func long(_ tag: UInt16, _ values: Int...) -> Entry {
            Entry(tag: tag, type: 4, values: values.map(UInt64.init))
        }
        static func text(_ tag: UInt16, _ text: String) -> Entry {
            Entry(tag: tag, type: 2, values: (Array(text.utf8) + [0]).map(UInt64.init))
        }
    }

    func number(_ value: UInt64, _ size: Int) -> [UInt8] {
        let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        return isBigEndian ? little.reversed() : little
    }

    /// Adds bytes and returns where they lie.
    mutating func add(_ data: [UInt8]) -> Int {
        if bytes.count % 2 == 1 { bytes.append(0) }
        bytes += data
        return bytes.count - data.count
    }

    /// Adds a directory and returns where it lies. Its place must be made known with ``link(_:to:)``.
    mutating func add(_ entries: [Entry], next: Int = 0) -> Int {
        let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
        var table = [UInt8]()
        for entry in entries {
            let values = entry.values.flatMap { number($0, sizes[Int(entry.type)]) }
            var field = number(UInt64(entry.tag), 2) + number(UInt64(entry.type), 2)
            field += number(entry.claimedCount ?? UInt64(entry.values.count), offsetSize)
            if values.count <= offsetSize {
                field += values + [UInt8](repeating: 0, count: offsetSize - values.count)
            } else {
                field += number(UInt64(add(values)), offsetSize)
            }
            table += field
        }
        return add(number(UInt64(entries.count), isBig ? 8 : 2) + table + number(UInt64(next), offsetSize))
    }

    /// Makes a directory the first of the file.
    mutating func setFirst(_ directory: Int) { replace(isBig ? 8 : 4, number(UInt64(directory), offsetSize)) }

    /// Makes a directory of `entries` entries point to the next one.
    mutating func link(_ directory: Int, entries: Int, to next: Int) {
        replace(directory + (isBig ? 8 + 20 * entries : 2 + 12 * entries), number(UInt64(next), offsetSize))
    }

    mutating func replace(_ place: Int, _ data: [UInt8]) {
        bytes.replaceSubrange(place..<place + data.count, with: data)
    }

    /// The tags of an 8-bit or wider grey image in one strip.
    static func grey(
        width: Int, height: Int, bits: Int = 8, offset: Int, extra: [Entry] = []
    ) -> [Entry] {
        let tags: [Entry] = [
            .long(256, width), .long(257, height), .short(258, bits), .short(259, 1), .short(262, 1),
            .long(273, offset),
            .short(277, 1), .long(278, height), .long(279, width * height * bits / 8),
        ]
        return (tags + extra).sorted { $0.tag < $1.tag }
    }

    /// Writes the file to a temporary folder, runs `body` with its path and removes it.
    func withFile<Result>(_ name: String = "test.tif", _ body: (String) throws -> Result) throws -> Result {
        try TemporaryFolder.with { folder in
            try TemporaryFolder.write(bytes, folder + "/" + name)
            return try body(folder + "/" + name)
        }
    }
}

/// The low `size` bytes of each number, least significant first.
func littleEndian(_ values: [UInt64], size: Int) -> [UInt8] {
    var bytes = [UInt8]()
    for value in values {
        for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
    return bytes
}

/// Time this thread computed: other processes on the machine do not count.
enum CPUTime {
    /// Seconds `body` takes.
    static func measure(_ body: () throws -> Void) rethrows -> Double {
        let start = now
        try body()
        return now - start
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// Numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) } }
}
