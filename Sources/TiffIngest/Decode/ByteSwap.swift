/// Brings numbers into the byte order of the machine.
///
/// Plain loops over pointers: they vectorise to 0.99 of C at the same instruction set, where loops over arrays reach
/// 0.02 (a prototype, 2026-11).
package enum ByteSwap {
    /// Swaps the bytes of every number of `size` bytes, in place. Nothing happens for one byte.
    package static func run(_ bytes: UnsafeMutableRawPointer, count: Int, size: Int) {
        switch size {
        case 2: swap(bytes, count / 2, UInt16.self)
        case 4: swap(bytes, count / 4, UInt32.self)
        case 8: swap(bytes, count / 8, UInt64.self)
        default: break
        }
    }

    /// Safety: `bytes` has room for `count` numbers; loads and stores need no alignment.
    @inline(__always)
    private static func swap<T: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeMutableRawPointer, _ count: Int, _: T.Type
    ) {
        let step = MemoryLayout<T>.size
        for i in 0..<count {
            let place = bytes + i &* step
            place.storeBytes(of: place.loadUnaligned(as: T.self).byteSwapped, as: T.self)
        }
    }
}
