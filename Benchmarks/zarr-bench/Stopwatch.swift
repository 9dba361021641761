#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Zarr

/// Adds up the time of the runs it watches, and the checksums of what they made.
struct Stopwatch {
    private var seconds = 0.0
    private var cpu = 0.0
    private var checksum: UInt32 = 0

    /// Runs `body` on the clock, then adds its pixels to the checksum off the clock.
    mutating func time(_ body: () throws -> PixelBuffer?) rethrows {
        let start = Self.now(CLOCK_MONOTONIC), cpuStart = Self.now(CLOCK_PROCESS_CPUTIME_ID)
        let pixels = try body()
        cpu += Self.now(CLOCK_PROCESS_CPUTIME_ID) - cpuStart
        seconds += Self.now(CLOCK_MONOTONIC) - start
        if let pixels { checksum &+= pixels.bytes.withUnsafeBytes { CRC32C.checksum($0) } }
    }

    private static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    func print() {
        let json: JSONValue = [
            "seconds": JSONValue(seconds), "cpu": JSONValue(cpu), "checksum": JSONValue(checksum),
        ]
        Swift.print(String(decoding: json.serialized(), as: UTF8.self))
        fflush(nil)
    }
}
