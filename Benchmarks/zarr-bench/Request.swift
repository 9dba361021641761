import Zarr

/// What to measure, as one line of words says it.
struct Request {
    enum Work: String { case read, regions, chunks, write }

    let work: Work
    /// The array to read; for `write` the one whose metadata and pixels are written again.
    let path: String
    /// Where `write` puts its array.
    private(set) var target = ""
    private(set) var threads = 1
    private(set) var repeats = 1
    /// Shape of the regions.
    private(set) var size = [Int]()
    /// How many regions or chunks.
    private(set) var count = 1
    private(set) var seed: UInt64 = 1

    init(_ words: [String]) throws {
        guard words.count >= 2, words.count.isMultiple(of: 2), let work = Work(rawValue: words[0]) else {
            throw ZarrError(.invalidCall, "give read, regions, chunks or write, a path and options, not \(words)")
        }
        self.work = work
        path = words[1]
        for at in stride(from: 2, to: words.count, by: 2) { try set(words[at], words[at + 1]) }
    }

    private mutating func set(_ option: String, _ value: String) throws {
        let numbers = value.split(separator: ",").compactMap { Int($0) }
        switch (option, numbers.first) {
        case ("--to", _): target = value
        case ("--threads", let number?): threads = number
        case ("--repeat", let number?): repeats = number
        case ("--size", _?): size = numbers
        case ("--count", let number?): count = number
        case ("--seed", let number?): seed = UInt64(number)
        default: throw ZarrError(.invalidCall, "the option \(option) \(value) is unknown")
        }
    }
}
