import Zarr

/// Notes what is wrong with arrays: with their metadata, with the objects that are their chunks.
struct ArrayRules {
    let store: any ReadableStore
    /// True where each chunk is decoded.
    let decodesChunks: Bool
    var report = ValidationReport()
    /// Chunks that may still be looked at. A folder may hold links to itself, and so the same chunks without end.
    private var chunksLeft: Int

    init(store: any ReadableStore, decodesChunks: Bool) {
        self.store = store
        self.decodesChunks = decodesChunks
        chunksLeft = decodesChunks ? .max : 1 << 20
    }

    mutating func note(_ severity: Finding.Severity, _ key: StoreKey, _ rule: Int, _ message: String, fix: String) {
        report.add(
            Finding(
                severity: severity, authority: .store, key: key, pointer: "", rule: rule, message: message, remedy: fix)
        )
    }

    /// Checks one array.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the machine fails, and what `progress` throws.
    mutating func check(_ key: StoreKey, _ progress: () throws -> Void) throws {
        let array: ZarrArray
        do {
            array = try ZarrArray.open(store, key)
        } catch let error as ZarrError where error.code == .unsupported {
            report.uncheckedGroups += 1
            return note(.warning, key, 90, "\(error)", fix: "validate it with a program that has the codec or type")
        } catch let error as ZarrError where error.code != .ioFailure {
            return note(.error, key, 90, "\(error)", fix: "correct the metadata, or write the array again")
        }
        let reader = try array.makeReader()
        let stored = try array.storedChunks(limit: chunksLeft) { index, chunk, bytes in
            if bytes == 0 {
                note(.error, chunk, 93, "the chunk is empty", fix: "remove it, or write it again")
            } else if decodesChunks {
                try decode(index, chunk, array, reader, progress)
            }
        }
        chunksLeft -= stored.count
        if !stored.isComplete {
            note(
                .warning, key, 92, "only the first \(stored.count) chunks were looked at",
                fix: "add --pixels to check them all")
        }
        checkStrays(stored, key, array)
    }

    /// Decodes a chunk, a shard chunk by chunk, as far as the array reaches.
    private mutating func decode(
        _ index: [Int], _ chunk: StoreKey, _ array: ZarrArray, _ reader: ZarrArrayReader, _ progress: () throws -> Void
    ) throws {
        let metadata = array.metadata
        guard let region = metadata.region(ofChunk: index).intersection(Region(wholeOf: metadata.shape)) else { return }
        do {
            for part in region.chunks(of: metadata.innerChunkShape) {
                try progress()
                let origin = zip(region.origin, part.inRegion.origin).map { $0 + $1 }
                let place = Region(origin: origin, shape: part.inRegion.shape)
                let size = place.shape.saturatingProduct(times: metadata.type.size)
                guard size <= CodecWorkspace.largestBlock else {
                    throw ZarrError(
                        .limitExceeded, "\(chunk) holds a chunk of \(size) bytes, too large to be decoded here")
                }
                _ = try reader.read(place)
            }
        } catch let error as ZarrError where error.code != .ioFailure {
            note(.error, chunk, 94, "\(error)", fix: "copy the chunk again, or write it again")
        }
    }

    private mutating func checkStrays(_ stored: StoredChunks, _ key: StoreKey, _ array: ZarrArray) {
        guard let first = stored.strays.first else { return }
        // A shrunk array leaves some behind; where no chunk is in its place, the metadata are wrong.
        let isLost = stored.count == 0
        let count = stored.strays.count < StoredChunks.listLimit ? "\(stored.strays.count)" : "at least 100"
        note(
            isLost ? .error : .warning, key, 92,
            "\(count) objects are called like chunks but are none of the grid \(array.metadata.gridShape), such as \(first)"
                + (isLost ? ", and no chunk is where the metadata say" : ""),
            fix: isLost ? "correct shape, chunk shape or the encoding of chunk keys" : "remove them")
    }
}
