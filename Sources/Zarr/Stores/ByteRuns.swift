/// Ranges of one object, the neighbours among them merged so that each run can be read at once.
struct ByteRuns {
    /// What to read, from front to back, without overlap.
    private(set) var runs = [Range<Int>]()
    /// The run that each range lies in.
    private(set) var runOfRange: [Int]

    /// - Parameter largestGap: bytes between two ranges that are read as well rather than starting another run.
    init(_ ranges: [Range<Int>], largestGap: Int) {
        runOfRange = [Int](repeating: 0, count: ranges.count)
        for number in ranges.indices.sorted(by: { ranges[$0].lowerBound < ranges[$1].lowerBound }) {
            let range = ranges[number]
            // Subtracting, so that no sum can overflow.
            if let last = runs.last, range.lowerBound - last.upperBound <= largestGap {
                runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                runs.append(range)
            }
            runOfRange[number] = runs.count - 1
        }
    }
}
