/* System calls that Swift cannot call, because their headers hide them from it. */
#define _GNU_SOURCE
#include "CSystemCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#endif

int zarr_syncfs(int descriptor) {
#if defined(__linux__)
    return syncfs(descriptor);
#else
    (void)descriptor;
    sync();
    return 0;
#endif
}

int zarr_open_cached(const char *path) {
#if defined(SYS_openat2) && defined(RESOLVE_CACHED)
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_CACHED};
    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
#else
    (void)path;
    errno = ENOSYS;
    return -1;
#endif
}

ptrdiff_t zarr_read_cached(int descriptor, void *bytes, size_t count, int64_t offset) {
#if defined(RWF_NOWAIT)
    struct iovec room = {.iov_base = bytes, .iov_len = count};
    return preadv2(descriptor, &room, 1, offset, RWF_NOWAIT);
#else
    (void)descriptor, (void)bytes, (void)count, (void)offset;
    errno = ENOSYS;
    return -1;
#endif
}

int zarr_exchange(const char *first, const char *second) {
#if defined(RENAME_EXCHANGE)
    return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
#elif defined(RENAME_SWAP)
    return renamex_np(first, second, RENAME_SWAP);
#else
    (void)first, (void)second;
    errno = ENOSYS;
    return -1;
#endif
}
