import Zarr

/// Measures reading and writing of arrays inside one process; Benchmarks/zarr_arrays.py drives it and its rivals.
///
///     zarr-bench read PATH --threads 2 --repeat 5
///     zarr-bench regions PATH --size 512,512 --count 200 --seed 1
///     zarr-bench chunks PATH --count 200
///     zarr-bench write SOURCE --to TARGET
///
/// Without arguments it takes requests from standard input: each line a JSON array of the same words. Every run answers
/// with a line of JSON: seconds, CPU seconds and a checksum of the pixels, which is made off the clock.
@main
enum ZarrBench {
    static func main() throws {
        let workload = Workload()
        let words = Array(CommandLine.arguments.dropFirst())
        if !words.isEmpty {
            let request = try Request(words)
            for _ in 0..<request.repeats { try workload.run(request).print() }
            return
        }
        while let line = readLine() {
            let words = try JSONValue.parse(line).array?.compactMap(\.string) ?? []
            try workload.run(Request(words)).print()
        }
    }
}
