#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whether a run of bytes is one element over and over.
///
/// The idea: a run equals itself shifted by one element exactly when all elements are alike, so one `memcmp` at memory
/// speed does it. Noisy pixels differ in the first few bytes and cost nothing.
enum RepeatedElement {
    /// - Parameter pixels: a multiple of `element.count` bytes; none count as filled.
    static func fills(_ pixels: UnsafeRawBufferPointer, _ element: [UInt8]) -> Bool {
        guard let base = pixels.baseAddress, pixels.count >= element.count else { return true }
        // Safety: both ranges lie in `pixels`, which holds at least one element.
        return memcmp(base, element, element.count) == 0
            && memcmp(base, base + element.count, pixels.count - element.count) == 0
    }
}
