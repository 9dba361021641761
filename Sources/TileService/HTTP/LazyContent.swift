import Synchronization
import Zarr

/// Bytes that are made when they are wanted: who has them already needs none.
final class LazyContent: AnswerContent {
    let tag: String
    private let name: String
    private let make: @Sendable (_ isWanted: @escaping @Sendable () -> Bool) throws -> [UInt8]
    private let isWanted: @Sendable () -> Bool
    private let memory: ServedImage.Pictures?
    private let made = Mutex<[UInt8]?>(nil)

    /// Part of every tag: counted up whenever the same request gives other bytes than before.
    private static let edition = "2"

    /// - Parameters:
    ///   - request: whom they are made for.
    ///   - key: another for all other bytes made of the image.
    ///   - isRemembered: whether the bytes are worth a place in the memory of what was made last.
    ///   - make: makes the bytes; may ask whether anybody still wants them.
    init(
        of image: ServedImage, for request: ServiceRequest, key: String, isRemembered: Bool = true,
        _ make: @escaping @Sendable (_ isWanted: @escaping @Sendable () -> Bool) throws -> [UInt8]
    ) {
        name = "\(image.id)\n\(image.version)\n\(key)"
        memory = isRemembered ? image.pictures : nil
        var digest = Fingerprint()
        for part in [name, Self.edition] { digest.add(part) }
        tag = digest.hexadecimal
        isWanted = request.isWanted
        self.make = make
    }

    func count() throws -> Int { try bytes().count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let bytes = try bytes()
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    }

    private func bytes() throws -> [UInt8] {
        try made.withLock { made in
            if let made { return made }
            let bytes = try memory.map { try $0.value(name) { try make(isWanted) } } ?? make(isWanted)
            made = bytes
            return bytes
        }
    }
}
