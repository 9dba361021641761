/// PackBits: a count, then either that many bytes as they are or one byte to repeat.
///
/// - Source: TIFF 6.0, section 9.
package enum PackBits {
    /// Decodes until the input ends or the target is full.
    ///
    /// - Returns: bytes written.
    package static func decode(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let s = source.baseAddress, let d = target.baseAddress else { return 0 }
        let length = source.count, capacity = target.count
        var i = 0, o = 0
        // Safety: every run is cut at the end of the input and of the target before it is copied.
        while i < length && o < capacity {
            let control = Int(s.load(fromByteOffset: i, as: Int8.self))
            i &+= 1
            if control >= 0 {
                let run = min(control &+ 1, length &- i, capacity &- o)
                (d + o).copyMemory(from: s + i, byteCount: run)
                i &+= run
                o &+= run
            } else if control > -128 && i < length {
                let run = min(1 &- control, capacity &- o)
                (d + o).initializeMemory(
                    as: UInt8.self, repeating: s.load(fromByteOffset: i, as: UInt8.self), count: run)
                i &+= 1
                o &+= run
            }
        }
        return o
    }
}
