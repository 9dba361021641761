import CLZMA

/// The filters of bare LZMA data, in the order of encoding.
///
/// - Source: Python, module `lzma`, "Specifying custom filter chains".
struct LZMAFilters: Sendable {
    private struct Filter {
        let id: lzma_vli
        let settings: [String: UInt32]
    }

    private let filters: [Filter]

    private static let lzma1: lzma_vli = 0x4000_0000_0000_0001, lzma2: lzma_vli = 0x21, delta: lzma_vli = 3

    /// - Returns: nil where there are none.
    /// - Throws: ``ZarrError`` with code `.corrupt` where they are no list of filters, `.unsupported` where one is
    ///   neither LZMA nor delta.
    init?(_ json: JSONValue?) throws {
        guard let json, !json.isNull else { return nil }
        guard let list = json.array, 1...Int(LZMA_FILTERS_MAX) ~= list.count else {
            throw ZarrError(.corrupt, "the \"filters\" of lzma must be a list of one to four, not \(json.excerpt)")
        }
        filters = try list.map { filter in
            guard let id = filter["id"]?.number?.integer(as: lzma_vli.self), let members = filter.object else {
                throw ZarrError(
                    .corrupt, "a filter of lzma must be an object with a number \"id\", not \(json.excerpt)")
            }
            guard [Self.lzma1, Self.lzma2, Self.delta].contains(id) else {
                throw ZarrError(.unsupported, "filter \(id) of lzma cannot be read: only LZMA1, LZMA2 and delta can")
            }
            var settings = [String: UInt32]()
            for (name, value) in members where name != "id" { settings[name] = value.number?.integer() }
            return Filter(id: id, settings: settings)
        }
    }

    /// Runs `body` with the filters as liblzma wants them.
    func withChain(_ body: (UnsafePointer<lzma_filter>) -> lzma_ret) throws -> lzma_ret {
        let lzma = UnsafeMutablePointer<lzma_options_lzma>.allocate(capacity: filters.count)
        let delta = UnsafeMutablePointer<lzma_options_delta>.allocate(capacity: filters.count)
        defer {
            lzma.deallocate()
            delta.deallocate()
        }
        var chain = [lzma_filter]()
        for (place, filter) in filters.enumerated() {
            if filter.id == Self.delta {
                var options = lzma_options_delta()
                options.type = LZMA_DELTA_TYPE_BYTE
                options.dist = filter.settings["dist"] ?? 1
                (delta + place).initialize(to: options)
                chain.append(lzma_filter(id: filter.id, options: delta + place))
            } else {
                (lzma + place).initialize(to: try Self.options(filter.settings))
                chain.append(lzma_filter(id: filter.id, options: lzma + place))
            }
        }
        chain.append(lzma_filter(id: .max, options: nil))
        // Safety: the options outlive the call; liblzma copies what it keeps.
        return body(chain)
    }

    private static func options(_ settings: [String: UInt32]) throws -> lzma_options_lzma {
        var options = lzma_options_lzma()
        guard lzma_lzma_preset(&options, settings["preset"] ?? 6) == 0 else {
            throw ZarrError(.unsupported, "liblzma has no preset \(settings["preset"] ?? 6)")
        }
        options.dict_size = settings["dict_size"] ?? options.dict_size
        options.lc = settings["lc"] ?? options.lc
        options.lp = settings["lp"] ?? options.lp
        options.pb = settings["pb"] ?? options.pb
        options.mode = settings["mode"].map { lzma_mode(rawValue: $0) } ?? options.mode
        options.nice_len = settings["nice_len"] ?? options.nice_len
        options.mf = settings["mf"].map { lzma_match_finder(rawValue: $0) } ?? options.mf
        options.depth = settings["depth"] ?? options.depth
        return options
    }
}
