#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where an open file lies, without links. Asked of the file itself: its path may have changed since it was opened.
package struct OpenFilePlace: Sendable {
    /// Empty where the system does not say.
    package let path: String

    package init(_ descriptor: Int32) {
        path = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { room in
            // Safety: there is room for PATH_MAX bytes and a NUL.
            let base = room.baseAddress!
            #if canImport(Glibc)
                let count = readlink("/proc/self/fd/\(descriptor)", base, Int(PATH_MAX))
                guard count > 0 else { return "" }
                base[count] = 0
            #else
                guard fcntl(descriptor, F_GETPATH, base) == 0 else { return "" }
            #endif
            return String(cString: base)
        }
    }

    /// Whether it is in a folder, or is what the path names itself. By bytes, as file systems compare.
    package func lies(in folder: String) -> Bool {
        path == folder || folder == "/" || path.utf8.starts(with: (folder + "/").utf8)
    }
}
