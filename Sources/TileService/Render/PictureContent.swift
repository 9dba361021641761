import Synchronization
import Zarr

/// A picture that is made when its bytes are wanted: who has it already needs none.
final class PictureContent: AnswerContent {
    let tag: String
    private let order: PictureOrder
    private let file = Mutex<[UInt8]?>(nil)

    /// - Parameter version: of the image.
    init(_ order: PictureOrder, version: String) {
        self.order = order
        var digest = Fingerprint()
        digest.add(version)
        digest.add(order.key)
        digest.add(RenderLimits.edition)
        tag = digest.hexadecimal
    }

    func count() throws -> Int { try made().count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let bytes = try made()
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    }

    private func made() throws -> [UInt8] {
        try file.withLock { file in
            if let file { return file }
            let made = try order.file()
            file = made
            return made
        }
    }
}
