package import Zarr

/// What a journal says is complete.
public struct JournalContents: Sendable {
    /// An object of an array, by its number in C order of the grid.
    package struct Object: Sendable, Equatable {
        package var number: Int
        package var stamp: ObjectStamp

        package init(number: Int, stamp: ObjectStamp) {
            self.number = number
            self.stamp = stamp
        }
    }

    /// What was being made.
    public let identity: ConversionIdentity
    /// True where parts of a finished output are made again.
    public private(set) var isRepair = false
    /// True where nothing is left in the folder of what was there before.
    public private(set) var isCleared = false
    /// True where the machine was started anew since the last line, so that what was written may not have arrived.
    public private(set) var mayHaveLostWrites = true
    package private(set) var objects: [StoreKey: [Object]] = [:]
    package private(set) var units: [StoreKey: [Brick: UnitStatistics]] = [:]

    /// Lines that are torn, zeroed or changed say nothing; all others count.
    ///
    /// - Parameter boot: the name of the time since the machine was started; "-" where that is not known.
    /// - Returns: nil where the first line does not say what was being made.
    package init?(_ bytes: [UInt8], boot: String) {
        var rest = bytes[...]
        // One at a time: there may be millions.
        func nextLine() -> ArraySlice<UInt8>? {
            rest = rest.drop { $0 == UInt8(ascii: "\n") }
            guard !rest.isEmpty else { return nil }
            let line = rest[..<(rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex)]
            rest = rest[line.endIndex...]
            return line
        }
        guard let first = nextLine(), case .identity(let identity)? = JournalEntry(line: first) else { return nil }
        self.identity = identity
        while let line = nextLine() {
            switch JournalEntry(line: line) {
            case .boot(let name): mayHaveLostWrites = name != boot || name == "-"
            case .repair: isRepair = true
            case .cleared: isCleared = true
            case .object(let array, let number, let stamp):
                objects[array, default: []].append(Object(number: number, stamp: stamp))
            case .unit(let image, let brick, let seen): units[image, default: [:]][brick] = seen
            case .identity, nil: break
            }
        }
    }
}
