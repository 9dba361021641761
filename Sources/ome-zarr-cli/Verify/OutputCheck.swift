import OMEZarr
import Pyramid
import Zarr

/// Everything `verify` can ask of a hierarchy, in the order of what it costs; what `repair` begins and ends with.
struct OutputCheck {
    let place: StorePath
    let path: String
    let effort: EffortOptions
    let isQuiet: Bool
    /// Sentences about what could not be checked.
    private(set) var remarks: [String] = []
    /// What was found.
    let found = Discrepancies()
    /// What the output should hold; nil where it does not say.
    private(set) var manifest: ManifestContents?
    /// How the output was made; nil where it does not say.
    private(set) var identity: ConversionIdentity?
    /// The arrays that were compared with the input, chunk by chunk.
    private var compared: Set<StoreKey> = []

    init(_ place: StorePath, path: String, effort: EffortOptions, isQuiet: Bool) throws {
        self.place = place
        self.path = path
        self.effort = effort
        self.isQuiet = isQuiet
        do {
            manifest = try ManifestContents(place.store, place.key)
        } catch let error as ZarrError where error.code == .corrupt {
            found.note(try StoreKey(Manifest.file), "the manifest is of no use: \(error)")
        }
        identity = try? ConversionIdentity(statedAt: place)
        for key in manifest?.changing ?? [] {
            remarks.append(
                "\(key) was being changed when that was interrupted, and is as before or as it was to become: run the same "
                    + "command again")
        }
        guard manifest == nil, found.count == 0 else { return }
        if identity != nil {
            found.note(
                try StoreKey(Manifest.file), "is missing: there is no manifest any more, though convert wrote one")
        } else {
            remarks.append("there is no manifest: what is missing cannot be told from what was never stored")
        }
    }

    /// Takes what is there for what should be there, where no manifest says more.
    ///
    /// - Returns: what it would say; nil where nothing says how the output was made either.
    mutating func recoverManifest() throws -> ManifestContents? {
        if let manifest { return manifest }
        manifest = try identity.map { try ManifestContents(recovering: place.store, $0) }
        return manifest
    }

    /// Is every object as the manifest has it?
    mutating func checkObjects() throws {
        guard let manifest else { return }
        try run("checking objects") { check, found in try check.checkObjects(manifest, found) }
    }

    /// Do the levels follow from the full resolution, and does everything decode? What was compared with the input is known
    /// to.
    mutating func checkLevels() throws {
        var given = identity.flatMap { try? ConvertCommand.remade($0.arguments, from: path, to: path) }?.options
        given?.effort = effort
        // What the pixels are does not matter: the codec is not asked for.
        let options =
            given?.pyramid(for: .uint8)
            ?? PyramidOptions(
                compression: [], memory: effort.memoryBytes,
                threads: effort.threadCount)
        compared.formUnion(
            try run("comparing levels") { [compared] check, found in
                try check.checkLevels(options: options, except: compared, found)
            })
        try checkDecoding()
    }

    /// Does everything decode?
    func checkDecoding() throws {
        try run("decoding") { [compared] check, found in try check.checkDecoding(except: compared, found) }
    }

    /// Is every pixel that of the input?
    ///
    /// - Throws: ``Refusal`` where the input is not what the output was made of, as far as can be told.
    mutating func compare(against input: String) throws {
        if let identity, CopyCheck.applies(to: identity, input) { return try compareCopy(of: input, identity) }
        let (command, prepared) = try conversion(of: input)
        let comparing = ComparingStore(place.store, found)
        var display = ConversionDisplay(total: prepared.pixelBytes, json: false, quiet: isQuiet, label: "comparing")
        defer { display.clear() }
        _ = try command.convert(prepared, into: comparing, &display)
        compared = comparing.comparedArrays
    }

    private func compareCopy(of input: String, _ identity: ConversionIdentity) throws {
        guard let manifest else { return }
        try CopyCheck(path, of: input, identity, manifest, effort).compare(manifest, found, isQuiet: isQuiet)
    }

    /// The conversion that made the output, of this input.
    func conversion(of input: String) throws -> (ConvertCommand, PreparedConversion) {
        guard let identity, place.key == .root else {
            throw Refusal(
                "nothing in \(path) says how it was made, as \(Manifest.conversion) of a whole output of 'ome-zarr convert' "
                    + "does: convert the input again, to another name or with --overwrite")
        }
        var command = try ConvertCommand.remade(identity.arguments, from: input, to: path)
        command.options.effort = effort
        command.quiet = true
        command.parts.labels = try command.parts.labels.map { try $0.located(beside: input) }
        var prepared = try command.prepare(identity.arguments, name: identity.name)
        if let difference = prepared.identity.difference(from: identity, ignoresInput: true) {
            throw Refusal("\(path) cannot be made again from \(input): \(difference)")
        }
        // Labels that were replaced since are not those of the input.
        if let manifest { prepared.leaveOut { manifest.isAdded($0) } }
        return (command, prepared)
    }

    @discardableResult
    private func run<Output: Sendable>(
        _ label: String, _ body: @escaping @Sendable (Verification, Discrepancies) throws -> Output
    ) throws -> Output {
        let progress = ConversionProgress(), found = found
        let check = Verification(
            place.store, place.key, threads: effort.threadCount,
            memory: effort.memoryBytes, progress: progress)
        var bar = ProgressBar(label, isQuiet: isQuiet)
        defer { bar.clear() }
        return try Background.run({ try body(check, found) }) {
            if Interruption.isRequested { progress.cancel() }
            bar.update(progress.pixelBytesDone, of: progress.pixelBytesExpected)
        }
    }
}
