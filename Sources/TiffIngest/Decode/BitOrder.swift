/// Undoes FillOrder 2: the bits of each byte in reverse.
enum BitOrder {
    /// Reverses the bits of every byte.
    static func reverse(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        // Safety: the loop stays inside the buffer.
        for i in 0..<bytes.count {
            var b = base[i]
            b = (b & 0xF0) &>> 4 | (b & 0x0F) &<< 4
            b = (b & 0xCC) &>> 2 | (b & 0x33) &<< 2
            base[i] = (b & 0xAA) &>> 1 | (b & 0x55) &<< 1
        }
    }
}
