import Zarr

/// The list of everything a finished output holds: text, one object a line, with its checksums, its size and its key.
///
///     ome-zarr manifest 1
///     program ome-zarr 0.1.0
///     input 6c62272e07bb014262b821756295c58d
///     plan d228cb696f1a8caf78912b704e4a8964
///     8a9136aa1c291ca3 4096 0/c/0/0
///     -------- 0 0/c/0/1
///
/// The checksums are the CRC-32 of the file, eight digits, and its CRC-32C. /// Dashes stand for an object of which nothing is stored because all its pixels are the fill value: where it is missing
/// it was not lost. Two more kinds of lines speak of a key and all below it: plus signs of what was being changed when the
/// manifest was written, equals signs of what was added after the conversion. Sorted by key; a "%", a line feed and a
/// carriage return in a key stand as %25, %0A and %0D. What the manifest does not list is itself.
public enum Manifest {
    /// The group in the root of the output that holds the manifest.
    public static let group = "OME"
    /// The key of the manifest.
    public static let file = "OME/manifest.txt"
    /// The key of the identity of the conversion.
    public static let conversion = "OME/conversion.json"

    static let heading = "ome-zarr manifest 1"
    static let absent = "--------", changing = "++++++++", added = "========"

    /// Writes the manifest, line by line.
    ///
    /// - Parameter earlier: the manifest before, whose lines about other things stay.
    static func write(
        to store: any WritableStore, _ identity: ConversionIdentity, _ documents: [StoreKey: ObjectStamp],
        _ arrays: [ArrayLedger], keeping earlier: ManifestContents? = nil
    ) throws {
        let output = try store.begin(StoreKey(file))
        var block = Array(header(program: identity.program, input: identity.input, plan: identity.plan).utf8)
        func flush(atLeast count: Int) throws {
            guard block.count >= count else { return }
            try block.withUnsafeBytes { try output.append($0) }
            block.removeAll(keepingCapacity: true)
        }
        let isWritten = Set(documents.keys).union(arrays.map(\.key))
        var place = 0
        func keep(before key: StoreKey?) throws {
            while let earlier, place < earlier.count {
                let entry = earlier[place]
                if let key, !entry.key.path.utf8.lexicographicallyPrecedes(key.path.utf8) { return }
                place += 1
                // Of an array everything is written, whatever it is called.
                let isOld = sequence(first: entry.key, next: \.parent).allSatisfy { !isWritten.contains($0) }
                if isOld { block += line(entry).utf8 }
                try flush(atLeast: 1 << 16)
            }
        }
        do {
            for part in parts(documents, arrays) {
                try keep(before: part.key)
                switch part.content {
                case .document(let stamp): block += line(part.key, stamp).utf8
                case .array(let ledger):
                    for index in ledger.indicesInKeyOrder {
                        guard let stamp = ledger.stamp(index) else { continue }
                        block += line(try ledger.key(of: index), stamp).utf8
                        try flush(atLeast: 1 << 16)
                    }
                }
                try flush(atLeast: 1 << 16)
            }
            try keep(before: nil)
            try flush(atLeast: 1)
            try output.commit()
        } catch {
            output.abandon()
            throw error
        }
    }

    static func line(_ key: StoreKey, _ stamp: ObjectStamp) -> String {
        line(ManifestContents.Entry(key: key, stamp: stamp == .nothing ? nil : stamp))
    }

    static func line(_ entry: ManifestContents.Entry) -> String {
        let mark =
            switch entry.kind {
            case .object: entry.stamp.map { JournalText.hexadecimal($0.checksum) } ?? absent
            case .changing: changing
            case .added: added
            }
        return "\(mark) \(entry.stamp?.size ?? 0) \(JournalText.escaped(entry.key.path))\n"
    }

    static func header(program: String, input: String, plan: String) -> String {
        "\(heading)\nprogram \(program)\ninput \(input)\nplan \(plan)\n"
    }

    private struct Part {
        enum Content {
            case document(ObjectStamp)
            case array(ArrayLedger)
        }

        /// Of the document, or of the array's first object: no document lies between those of an array.
        var key: StoreKey
        var content: Content
    }

    private static func parts(_ documents: [StoreKey: ObjectStamp], _ arrays: [ArrayLedger]) -> [Part] {
        let objects = arrays.compactMap { ledger -> Part? in
            let first = [Int](repeating: 0, count: ledger.metadata.rank)
            return (try? ledger.key(of: first)).map { Part(key: $0, content: .array(ledger)) }
        }
        let all = documents.map { Part(key: $0.key, content: .document($0.value)) } + objects
        return all.sorted { $0.key.path.utf8.lexicographicallyPrecedes($1.key.path.utf8) }
    }
}
