import Synchronization
package import Zarr

/// What is known of every object of one array: whether it is complete, and its stamp. 13 bytes an object.
package final class ArrayLedger: Sendable {
    /// Bytes of memory an object takes.
    static let bytesPerObject = 13

    /// The array's place in the store.
    package let key: StoreKey
    /// The array's metadata, which name its objects.
    package let metadata: ArrayMetadata

    /// True where there may be objects from before this run, complete or not.
    let hasEarlier: Bool

    private let grid: [Int]
    private let journal: Journal?
    /// Objects that were complete before this run; empty where none was.
    private let earlier: [Bool]
    private let state: Mutex<State>

    private struct State {
        /// Bytes of each object: 0 where all pixels are the fill value and nothing is stored, -1 where it is not complete.
        var sizes: [Int]
        var checksums: [UInt64]
    }

    /// - Parameters:
    ///   - journal: is told of each object.
    ///   - complete: objects that need not be made; nil where there is nothing yet.
    package init(
        _ key: StoreKey, _ metadata: ArrayMetadata, journal: Journal?, complete: [JournalContents.Object]? = nil
    ) {
        self.key = key
        self.metadata = metadata
        self.journal = journal
        grid = metadata.gridShape
        let count = grid.reduce(1, *)
        var state = State(
            sizes: [Int](repeating: -1, count: count), checksums: [UInt64](repeating: 0, count: count))
        hasEarlier = complete != nil
        var earlier = complete?.isEmpty ?? true ? [] : [Bool](repeating: false, count: count)
        for object in complete ?? [] where earlier.indices.contains(object.number) {
            earlier[object.number] = true
            state.sizes[object.number] = object.stamp.size
            state.checksums[object.number] = object.stamp.checksum
        }
        self.earlier = earlier
        self.state = Mutex(state)
    }

    /// Of an array that is complete, of whose objects nothing else is known.
    convenience init(existing array: ZarrArray) {
        let count = array.metadata.gridShape.reduce(1, *), unknown = ObjectStamp(size: 0, checksum: 0)
        self.init(
            array.key, array.metadata, journal: nil,
            complete: (0..<count).map { JournalContents.Object(number: $0, stamp: unknown) })
    }

    /// True where every object was complete before this run.
    var wasWhole: Bool { !earlier.isEmpty && earlier.allSatisfy { $0 } }

    /// True where an object was complete before this run.
    package func wasComplete(_ index: [Int]) -> Bool { !earlier.isEmpty && earlier[number(index)] }

    /// Says that an object is complete.
    ///
    /// - Parameter stamp: of no bytes where all pixels are the fill value and nothing is stored.
    package func note(_ index: [Int], _ stamp: ObjectStamp) throws {
        let number = number(index)
        state.withLock { state in
            state.sizes[number] = stamp.size
            state.checksums[number] = stamp.checksum
        }
        try journal?.note(.object(array: key, number: number, stamp))
    }

    /// Says of every object that is not complete that it is rightly not stored.
    func noteAbsent() throws {
        let absent = state.withLock { state in
            let absent = state.sizes.indices.filter { state.sizes[$0] < 0 }
            for number in absent { state.sizes[number] = 0 }
            return absent
        }
        for number in absent { try journal?.note(.object(array: key, number: number, .nothing)) }
    }

    /// What is known of an object; nil where it is not complete.
    package func stamp(_ index: [Int]) -> ObjectStamp? {
        let number = number(index)
        return state.withLock { state in
            state.sizes[number] < 0
                ? nil : ObjectStamp(size: state.sizes[number], checksum: state.checksums[number])
        }
    }

    /// Bytes of all objects that are complete.
    var storedBytes: Int { state.withLock { $0.sizes.reduce(0) { $0 + max($1, 0) } } }

    /// The index of the object at a key; nil where it is none of the array's.
    func index(of object: StoreKey) -> [Int]? {
        let prefix = key.path.isEmpty ? "" : key.path + "/"
        guard object.path.utf8.starts(with: prefix.utf8) else { return nil }
        let name = String(object.path.utf8.dropFirst(prefix.utf8.count)) ?? ""
        guard let index = metadata.keyEncoding.index(ofKey: name, rank: grid.count),
            zip(index, grid).allSatisfy({ $0 < $1 })
        else { return nil }
        return index
    }

    /// The key of an object.
    package func key(of index: [Int]) throws -> StoreKey { try key.appending(metadata.key(ofChunk: index)) }

    /// The indices of all objects, in the order of their keys' bytes.
    package var indicesInKeyOrder: some Sequence<[Int]> {
        // A "/" sorts before every digit, so keys sort axis by axis, each by the text of its numbers.
        let orders = grid.map { count in (0..<count).map { (text: String($0), number: $0) }.sorted { $0.text < $1.text }
        }
        return GridIndices(grid).lazy.map { place in zip(place, orders).map { $1[$0].number } }
    }

    private func number(_ index: [Int]) -> Int { zip(index, grid).reduce(0) { $0 * $1.1 + $1.0 } }
}
