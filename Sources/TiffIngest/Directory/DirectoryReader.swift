/// Reads directories and the values of their fields. Belongs to one thread at a time.
///
/// Two windows of a few KiB stand between the reader and the file: directories of stacks follow one another closely,
/// and a million of them must not cost a million times ten system calls.
package final class DirectoryReader {
    package let file: TiffFile
    package let header: TiffHeader
    package let limits: TiffLimits
    private var windows: [Window]
    private var newest = 0

    private struct Window {
        var start = 0, count = 0
        let base = UnsafeMutableRawPointer.allocate(byteCount: Window.capacity, alignment: 64)
        static let capacity = 8192
    }

    package init(_ file: TiffFile, header: TiffHeader, limits: TiffLimits) {
        self.file = file
        self.header = header
        self.limits = limits
        windows = [Window(), Window()]
    }

    deinit { windows.forEach { $0.base.deallocate() } }

    /// Reads the directory at an offset.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where it does not lie whole in the file.
    package func directory(at offset: Int) throws -> Directory {
        let count = try unsigned(at: offset, size: header.countSize)
        guard count > 0, count <= limits.directoryEntries else {
            throw TiffError(.damaged, "the directory at byte \(offset) claims \(count) entries", path: file.path)
        }
        let first = offset + header.countSize
        let length = count * header.entrySize
        _ = try bytes(at: first, min(length, Window.capacity))
        var fields = [Field]()
        fields.reserveCapacity(count)
        for index in 0..<count { fields.append(try field(at: first + index * header.entrySize)) }
        // Some writers end the file after the last entry; a missing "next" means that there is none.
        let end = first + length
        let next = end <= file.size - header.offsetSize ? try unsigned(at: end, size: header.offsetSize) : 0
        return Directory(offset: offset, fields: fields, next: next)
    }

    private func field(at place: Int) throws -> Field {
        let entry = try bytes(at: place, header.entrySize)
        // Safety: `entry` points at `entrySize` valid bytes until the next call.
        let tag = load(entry, 2), type = load(entry + 2, 2)
        let count = load(entry + 4, header.offsetSize), pointer = load(entry + 4 + header.offsetSize, header.offsetSize)
        let inlinePlace = place + 4 + header.offsetSize
        var field = Field(
            tag: Tag(rawValue: UInt16(truncatingIfNeeded: tag)), type: UInt16(truncatingIfNeeded: type),
            count: Int(clamping: count), location: inlinePlace)
        let (length, overflow) = field.count.multipliedReportingOverflow(by: field.valueSize)
        if overflow || length > header.offsetSize { field.location = Int(clamping: pointer) }
        return field
    }

    /// An unsigned number of 2, 4 or 8 bytes.
    private func unsigned(at offset: Int, size: Int) throws -> Int {
        Int(clamping: load(try bytes(at: offset, size), size))
    }

    /// Safety: `pointer` has `size` valid bytes.
    @inline(__always)
    func load(_ pointer: UnsafeRawPointer, _ size: Int) -> UInt64 {
        switch size {
        case 1: return UInt64(pointer.load(as: UInt8.self))
        case 2:
            let value = pointer.loadUnaligned(as: UInt16.self)
            return UInt64(header.needsSwap ? value.byteSwapped : value)
        case 4:
            let value = pointer.loadUnaligned(as: UInt32.self)
            return UInt64(header.needsSwap ? value.byteSwapped : value)
        default:
            let value = pointer.loadUnaligned(as: UInt64.self)
            return header.needsSwap ? value.byteSwapped : value
        }
    }

    /// `count` bytes of the file, at most a window; valid until the next call.
    private func bytes(at offset: Int, _ count: Int) throws -> UnsafeRawPointer {
        for index in 0..<2 {
            let window = windows[index]
            // Subtracted and not added: a hostile offset may be near the largest integer.
            if offset >= window.start && offset - window.start <= window.count - count {
                newest = index
                return UnsafeRawPointer(window.base + (offset - window.start))
            }
        }
        guard offset >= 0, offset <= file.size, count <= file.size - offset else {
            throw TiffError(
                .damaged,
                "a directory reaches past the end of the file (byte \(offset) of \(file.size)); "
                    + "it may be incomplete: copy it again", path: file.path)
        }
        newest = 1 - newest
        let available = min(Window.capacity, file.size - offset)
        windows[newest].count = 0
        try file.read(available, at: offset, into: windows[newest].base)
        windows[newest].start = offset
        windows[newest].count = available
        return UnsafeRawPointer(windows[newest].base)
    }

    /// The raw bytes of a field, in file order.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where they leave the file, `.limitExceeded` where there are
    ///   too many.
    package func contents(of field: Field) throws -> [UInt8] {
        let (length, overflow) = field.count.multipliedReportingOverflow(by: field.valueSize)
        guard field.valueSize > 0, !overflow, field.location <= file.size, length <= file.size - field.location else {
            throw TiffError(
                .damaged,
                "tag \(field.tag.rawValue) claims \(field.count) values of type \(field.type) at byte "
                    + "\(field.location), outside the file; it may be incomplete: copy it again", path: file.path)
        }
        guard length <= limits.fieldBytes else {
            throw TiffError(
                .limitExceeded, "tag \(field.tag.rawValue) takes \(length) bytes, the limit is \(limits.fieldBytes)",
                path: file.path)
        }
        if length <= Window.capacity {
            let start = try bytes(at: field.location, length)
            return Array(UnsafeRawBufferPointer(start: start, count: length))
        }
        return try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            // Safety: `length` bytes were asked for, and a buffer that large has a base address.
            if let base = buffer.baseAddress { try file.read(length, at: field.location, into: base) }
            count = length
        }
    }
}
