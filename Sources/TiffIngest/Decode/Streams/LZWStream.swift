/// LZW as TIFF has it, in sequence: both forms that ``LZWDecoder`` knows.
///
/// Its sibling's table names places in the output, which is gone here; so an entry is its last byte and the entry
/// before, and a string is written from its end. That costs about half as much again for each byte, which is nothing
/// beside never holding the block.
final class LZWStream: SequentialDecoder {
    private struct Entry {
        var prefix: UInt16 = 0
        var length: UInt16 = 1
        var first: UInt8 = 0
        var last: UInt8 = 0
    }
    private static let tableSize = 4096, clear = 256, end = 257, firstFree = 258

    private let table = UnsafeMutablePointer<Entry>.allocate(capacity: LZWStream.tableSize)
    /// A string that did not fit into the target, and how much of it was given out.
    private let pending = UnsafeMutablePointer<UInt8>.allocate(capacity: LZWStream.tableSize)
    private var pendingStart = 0, pendingEnd = 0
    private var reservoir: UInt32 = 0, available = 0
    private var next = LZWStream.firstFree, width = 9
    /// The code before; -1 behind a clear code.
    private var previous = -1
    /// Least significant bit first and not widened early; nil before the first two bytes were seen.
    private var isOld: Bool?
    private var hasEnded = false

    let stateBytes = LZWStream.tableSize * 7

    init() {
        table.initialize(repeating: Entry(), count: Self.tableSize)
        pending.initialize(repeating: 0, count: Self.tableSize)
        for code in 0..<256 {
            table[code].first = UInt8(code)
            table[code].last = UInt8(code)
        }
    }

    deinit {
        table.deallocate()
        pending.deallocate()
    }

    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let d = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        var done = givePending(d, target.count)
        while done < target.count && !hasEnded {
            guard let code = try nextCode(input), code != Self.end else {
                hasEnded = true
                break
            }
            if code == Self.clear {
                next = Self.firstFree
                width = 9
                previous = -1
                continue
            }
            try add(code)
            let length = Int(table[code].length)
            if length <= target.count - done {
                write(code, length, d + done)
                done &+= length
            } else {
                write(code, length, pending)
                pendingStart = 0
                pendingEnd = length
                done &+= givePending(d + done, target.count &- done)
            }
            previous = code
            if next &+ (isOld == true ? 0 : 1) >= 1 &<< width && width < 12 { width &+= 1 }
        }
        return done
    }

    /// Enters the string before with the first byte of this one, which may be the very string this code names.
    private func add(_ code: Int) throws {
        if previous >= 0 && next < Self.tableSize {
            let before = table[previous]
            let first = code == next ? before.first : table[code].first
            table[next] = Entry(
                prefix: UInt16(truncatingIfNeeded: previous), length: before.length &+ 1, first: before.first,
                last: first)
            next &+= 1
        }
        guard code < 256 || previous >= 0 && code < next else {
            throw TiffError(.damaged, "LZW data hold a code that is not in the table")
        }
    }

    /// Safety: `d` has `length` bytes, the length of the code's string. Each entry's prefix is an older one and is
    /// shorter by one, so that the walk ends at a single byte, the first. No string is longer than the table.
    private func write(_ code: Int, _ length: Int, _ d: UnsafeMutablePointer<UInt8>) {
        var code = code, place = length &- 1
        while place > 0 {
            d[place] = table[code].last
            code = Int(table[code].prefix)
            place &-= 1
        }
        d[0] = table[code].first
    }

    private func givePending(_ d: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
        let count = min(room, pendingEnd - pendingStart)
        // Safety: both have `count` bytes.
        d.update(from: pending + pendingStart, count: count)
        pendingStart += count
        return count
    }

    /// The next code; nil where the input has ended.
    private func nextCode(_ input: StoredInput) throws -> Int? {
        while available < width {
            let bytes = try input.bytes()
            guard !bytes.isEmpty else { return nil }
            if isOld == nil { isOld = bytes.count > 1 && bytes[0] == 0 && bytes[1] & 1 == 1 }
            let byte = UInt32(bytes[0])
            input.take(1)
            reservoir = isOld == true ? reservoir | byte &<< UInt32(available) : reservoir &<< 8 | byte
            available &+= 8
        }
        available &-= width
        let mask: UInt32 = (1 &<< UInt32(width)) &- 1
        if isOld == true {
            let code = reservoir & mask
            reservoir = reservoir &>> UInt32(width)
            return Int(code)
        }
        return Int(reservoir &>> UInt32(available) & mask)
    }
}
