import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("The journal of a conversion")
struct JournalTests {
    private static let identity = ConversionIdentity(
        program: "tests 1", name: "100 % of\ncells", arguments: ["--codec", "zstd:3"], input: "ab", plan: "cd")

    private static func entries() throws -> [JournalEntry] {
        let seen = UnitStatistics.Seen(
            channel: 2, min: -0.0, max: .infinity,
            samples: [0, 1, 4_294_967_295, 4_294_967_296, -1, 0.1, .leastNonzeroMagnitude, -.infinity])
        return [
            .identity(identity), .boot("here"), .repair, .cleared,
            .object(array: try StoreKey("0"), number: 0, ObjectStamp.nothing),
            .object(array: try StoreKey("labels/a b\n%0Ac/0"), number: 17, ObjectStamp(size: 1 << 40, checksum: .max)),
            .unit(
                image: .root, Brick(level: 1, index: [0, 12, 3]),
                UnitStatistics(channels: [seen, UnitStatistics.Seen(channel: 7, min: 1, max: 2, samples: [])])),
            .unit(image: try StoreKey("1"), Brick(level: 0, index: [5]), UnitStatistics(channels: [])),
        ]
    }

    @Test("every kind of line comes back as it was written, whatever is in it")
    func roundTrip() throws {
        for entry in try Self.entries() {
            let line = entry.line
            #expect(line.last == UInt8(ascii: "\n") && line.dropLast().contains(UInt8(ascii: "\n")) == false)
            #expect(JournalEntry(line: line.dropLast()) == entry)
        }
    }

    @Test("of a journal that was cut anywhere all whole lines count, and nothing else")
    func cuts() throws {
        let lines = try Self.entries().map(\.line), bytes = lines.flatMap { $0 }
        for count in 0...bytes.count {
            // A line is whole even where its end of line is not there yet.
            var length = 0
            let whole = lines.prefix {
                length += $0.count
                return length - 1 <= count
            }
            let found = JournalContents(Array(bytes.prefix(count)), boot: "here")
            #expect(found.map(Self.summary) == Self.expected(Array(whole)), "cut after \(count)")
            // What a file system had promised and not written reads as zeros.
            let zeros = [UInt8](repeating: 0, count: bytes.count - count)
            let last = lines.prefix(whole.count).reduce(0) { $0 + $1.count }
            // Without its end of line the last whole line runs into the zeros.
            let rest = last <= count ? whole : whole.dropLast()
            let zeroed = JournalContents(bytes.prefix(count) + zeros, boot: "here")
            #expect(zeroed.map(Self.summary) == Self.expected(Array(rest)), "zeros after \(count)")
        }
    }

    @Test("a line of which any byte has changed says nothing, and the others count")
    func changes() throws {
        let entries = try Self.entries(), lines = entries.map(\.line), bytes = lines.flatMap { $0 }
        var start = 0
        for (number, line) in lines.enumerated() {
            for place in start..<start + line.count {
                for bit in 0..<8 {
                    var changed = bytes
                    changed[place] ^= 1 << bit
                    // A line end that is lost takes the next line with it; one that appears splits its own.
                    let isEnd = place == start + line.count - 1
                    let lost = isEnd ? [number, number + 1] : [number]
                    let rest = lines.indices.filter { !lost.contains($0) }.map { lines[$0] }
                    let found = JournalContents(changed, boot: "here").map(Self.summary)
                    #expect(found == (lost.contains(0) ? nil : Self.expected(rest)), "bit \(bit) of byte \(place)")
                }
            }
            start += line.count
        }
    }

    @Test("says whether the machine was started anew since the last line")
    func boots() throws {
        func loses(_ entries: [JournalEntry], _ boot: String) -> Bool? {
            JournalContents(entries.flatMap(\.line), boot: boot)?.mayHaveLostWrites
        }
        let start = JournalEntry.identity(Self.identity)
        #expect(loses([start], "a") == true)
        #expect(loses([start, .boot("a")], "a") == false)
        #expect(loses([start, .boot("a")], "b") == true)
        // Where the system does not tell, the worst is assumed.
        #expect(loses([start, .boot("-")], "-") == true)
    }

    @Test("the ledger names objects in the order of their keys' bytes")
    func keyOrder() throws {
        for format in [ZarrFormat.v2, .v3] {
            let metadata = ArrayMetadata(
                format: format, shape: [3, 113, 12], type: .pixel(.uint8), chunkShape: [1, 1, 1], codecs: [])
            let ledger = ArrayLedger(try StoreKey("0"), metadata, journal: nil)
            let keys = try ledger.indicesInKeyOrder.map { try ledger.key(of: $0).path }
            #expect(keys.count == 3 * 113 * 12)
            #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        }
    }

    @Test("an identity tells what another one differs in")
    func differences() {
        func difference(_ change: (inout ConversionIdentity) -> Void) -> String? {
            var other = Self.identity
            change(&other)
            return other.difference(from: Self.identity)
        }
        #expect(difference { _ in } == nil)
        #expect(difference { $0.program = "tests 2" }?.contains("tests 1") == true)
        #expect(difference { $0.arguments = [] }?.contains("--codec zstd:3, now they are the defaults") == true)
        #expect(difference { $0.input = "" }?.contains("input has changed") == true)
        #expect(difference { $0.plan = "" }?.contains("another image") == true)
        // A name that no image takes does not matter.
        #expect(difference { $0.name = nil } == nil)
        #expect(difference { ($0.name, $0.plan) = (nil, "") }?.contains("was called 100 % of") == true)
        #expect(ConversionIdentity(json: Self.identity.json) == Self.identity)
    }

    // MARK: What lines say

    private struct Summary: Equatable {
        var isRepair = false
        var isCleared: Bool
        var objects: [StoreKey: [JournalContents.Object]]
        var units: [StoreKey: [Brick: UnitStatistics]]
        var mayHaveLostWrites: Bool
    }

    private static func summary(_ contents: JournalContents) -> Summary {
        Summary(
            isRepair: contents.isRepair, isCleared: contents.isCleared, objects: contents.objects,
            units: contents.units,
            mayHaveLostWrites: contents.mayHaveLostWrites)
    }

    /// What whole lines say; nil where the first is not there.
    private static func expected(_ lines: [[UInt8]]) -> Summary? {
        let entries = lines.compactMap { JournalEntry(line: $0.dropLast()) }
        guard case .identity? = entries.first else { return nil }
        var summary = Summary(isCleared: false, objects: [:], units: [:], mayHaveLostWrites: true)
        for entry in entries {
            switch entry {
            case .identity: break
            case .boot: summary.mayHaveLostWrites = false
            case .repair: summary.isRepair = true
            case .cleared: summary.isCleared = true
            case .object(let key, let number, let stamp):
                summary.objects[key, default: []].append(JournalContents.Object(number: number, stamp: stamp))
            case .unit(let key, let brick, let seen): summary.units[key, default: [:]][brick] = seen
            }
        }
        return summary
    }
}
