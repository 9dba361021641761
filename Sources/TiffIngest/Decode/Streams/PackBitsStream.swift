/// PackBits, in sequence.
final class PackBitsStream: SequentialDecoder {
    let stateBytes = 0
    /// Bytes left of the run that was begun, and the byte it repeats; nil where its bytes stand in the input.
    private var left = 0
    private var repeated: UInt8?
    /// True between the control of a repetition and the byte to repeat.
    private var awaitsByte = false

    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let d = target.baseAddress else { return 0 }
        var done = 0
        while done < target.count {
            if left > 0, let repeated {
                let run = min(left, target.count - done)
                // Safety: the run ends with the target.
                (d + done).initializeMemory(as: UInt8.self, repeating: repeated, count: run)
                left -= run
                done += run
                continue
            }
            let bytes = try input.bytes()
            guard let s = bytes.baseAddress, !bytes.isEmpty else { break }
            if left > 0 && !awaitsByte {
                let run = min(left, target.count - done, bytes.count)
                // Safety: the run ends with the target and with the piece.
                (d + done).copyMemory(from: s, byteCount: run)
                input.take(run)
                left -= run
                done += run
                continue
            }
            begin(bytes[0])
            input.take(1)
        }
        return done
    }

    /// Takes the control of a run, or the byte it repeats.
    private func begin(_ byte: UInt8) {
        if awaitsByte {
            repeated = byte
            awaitsByte = false
            return
        }
        repeated = nil
        let control = Int(Int8(bitPattern: byte))
        if control == -128 { return }
        left = control >= 0 ? control + 1 : 1 - control
        awaitsByte = control < 0
    }
}
