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
        let document = try? MetadataDocument.read(place.store, place.key.appending(Manifest.conversion))
        identity = document.flatMap { $0 }.flatMap(ConversionIdentity.init)
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

    /// Do the levels follow from the full resolution, and does everything else decode?
    mutating func checkLevels() throws {
        var given = identity.flatMap { try? ConvertCommand.remade($0.arguments, from: path, to: path) }?.options
        given?.effort = effort
        // What the pixels are does not matter: the codec is not asked for.
        let options =
            given?.pyramid(for: .uint8)
            ?? PyramidOptions(
                compression: [], memory: effort.memoryBytes,
                threads: effort.threadCount)
        let compared = try run("comparing levels") { check, found in try check.checkLevels(options: options, found) }
        try run("decoding") { check, found in try check.checkDecoding(except: compared, found) }
    }

    /// Is every pixel that of the input?
    ///
    /// - Throws: ``Refusal`` where the input is not what the output was made of, as far as can be told.
    mutating func compare(against input: String) throws {
        if let identity, CopyCheck.isCopy(identity) { return try compareCopy(of: input, identity) }
        let (command, prepared) = try conversion(of: input)
        let comparing = ComparingStore(place.store, found)
        var display = ConversionDisplay(total: prepared.pixelBytes, json: false, quiet: isQuiet, label: "comparing")
        defer { display.clear() }
        _ = try command.convert(prepared, into: comparing, &display)
        let compared = comparing.comparedArrays
        try run("decoding") { check, found in try check.checkDecoding(except: compared, found) }
    }

    private func compareCopy(of input: String, _ identity: ConversionIdentity) throws {
        guard let manifest else { return }
        try CopyCheck(path, of: input, identity, effort).compare(manifest, found, isQuiet: isQuiet)
        try run("decoding") { check, found in try check.checkDecoding(found) }
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
