#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the machine has, as the measure of what a file may ask for.
enum MachineMemory {
    /// Bytes of memory; 4 GiB where the machine does not say.
    static let bytes: Int = {
        let pages = sysconf(Int32(_SC_PHYS_PAGES)), size = sysconf(Int32(_SC_PAGESIZE))
        return pages > 0 && size > 0 ? pages * size : 4 << 30
    }()
}
