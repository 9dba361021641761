/// LZW as TIFF has it: codes of 9 to 12 bits, most significant bit first, widened one code early.
///
/// The table is a hash of (code so far, next byte) with linear probing. Its entries carry the number of the table they
/// belong to, so that clearing it, which happens every 3838 codes, is one addition. Equals the definition of TIFF 6.0,
/// section 13; `LZWDecoder` and libtiff read it back in the tests.
final class LZWEncoder: BlockPacker {
    private let table = UnsafeMutablePointer<UInt64>.allocate(capacity: LZWEncoder.slots)
    /// The number of the current table, counted from 1, so that zeros belong to none.
    private var generation: UInt64 = 0

    // Twice the 4096 codes: half empty, so that probes stay short, and 64 KiB, which the second-level cache holds.
    private static let slots = 8192
    private static let clear = 256, end = 257, firstFree = 258, lastFree = 4094

    init() { table.initialize(repeating: 0, count: LZWEncoder.slots) }

    deinit { table.deallocate() }

    func pack(
        _ source: UnsafeRawBufferPointer, rows: Int, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        guard let s = source.baseAddress, let d = target.baseAddress else { return 0 }
        // Safety: the writer below does not check; the bound is that of the worst case.
        precondition(target.count >= TiffPageFormat.Compression.lzw.bound(source.count), "too little room for LZW")
        return run(s.assumingMemoryBound(to: UInt8.self), source.count, CodeWriter(d))
    }

    /// Safety: `s` holds `count` bytes, at least one. A slot is a number below `slots`; at most 3836 are in use.
    private func run(_ s: UnsafePointer<UInt8>, _ count: Int, _ writer: consuming CodeWriter) -> Int {
        let table = self.table
        var next = Self.firstFree, width = 9, prefix = Int(s[0])
        generation &+= 1
        writer.put(Self.clear, width)
        for i in 1..<max(1, count) {
            let byte = s[i]
            // Table number, code so far and byte; below them there is room for the code of the longer string.
            let key = generation &<< 20 | UInt64(truncatingIfNeeded: prefix) &<< 8 | UInt64(byte)
            var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 51)
            while table[slot] &>> 12 != key && table[slot] &>> 32 == generation {
                slot = (slot &+ 1) & (Self.slots &- 1)
            }
            if table[slot] &>> 12 == key {
                prefix = Int(truncatingIfNeeded: table[slot] & 0xFFF)
                continue
            }
            writer.put(prefix, width)
            table[slot] = key &<< 12 | UInt64(truncatingIfNeeded: next)
            next &+= 1
            prefix = Int(byte)
            if next == Self.lastFree {
                writer.put(Self.clear, width)
                generation &+= 1
                next = Self.firstFree
                width = 9
            } else if next >= 1 &<< width {
                width &+= 1
            }
        }
        writer.put(prefix, width)
        // The reader adds an entry for this code, too, before it reads the next.
        if next &+ 1 >= 1 &<< width && width < 12 { width &+= 1 }
        writer.put(Self.end, width)
        return writer.finish()
    }
}

/// Writes codes, most significant bit first, through a reservoir of 64 bits that is emptied four bytes at a time.
private struct CodeWriter: ~Copyable {
    private let start: UnsafeMutableRawPointer
    private var place = 0, reservoir: UInt64 = 0, held = 0

    init(_ start: UnsafeMutableRawPointer) { self.start = start }

    /// Safety: whoever calls has room for all codes and four bytes more.
    @inline(__always)
    mutating func put(_ code: Int, _ width: Int) {
        reservoir = reservoir &<< UInt64(truncatingIfNeeded: width) | UInt64(truncatingIfNeeded: code)
        held &+= width
        guard held >= 32 else { return }
        held &-= 32
        let word = UInt32(truncatingIfNeeded: reservoir &>> UInt64(truncatingIfNeeded: held))
        start.storeBytes(of: word.bigEndian, toByteOffset: place, as: UInt32.self)
        place &+= 4
    }

    /// Writes what is left, filled up with zeros.
    ///
    /// - Returns: bytes in all.
    mutating func finish() -> Int {
        while held > 0 {
            let byte = held >= 8 ? reservoir &>> UInt64(held &- 8) : reservoir &<< UInt64(8 &- held)
            start.storeBytes(of: UInt8(truncatingIfNeeded: byte), toByteOffset: place, as: UInt8.self)
            place &+= 1
            held &-= 8
        }
        return place
    }
}
