#pragma once
#include <stddef.h>
#include <stdint.h>

/* Waits until the file system that holds an open file or folder has written everything to its disk. 0, or -1 with errno;
 * where the system has no such call, that of the whole machine, which never fails. */
int zarr_syncfs(int descriptor);

/* Opens a file for reading where its name and place are in memory already. A descriptor, or -1 with errno: EAGAIN where a
 * disk would be waited for, ENOSYS where the system cannot tell. */
int zarr_open_cached(const char *path);

/* Reads bytes of a file that are in memory already, perhaps fewer than asked for. How many, or -1 with errno: EAGAIN where a
 * disk would be waited for, ENOSYS or ENOTSUP where the system cannot tell. */
ptrdiff_t zarr_read_cached(int descriptor, void *bytes, size_t count, int64_t offset);

/* Lets two files or folders change names, from one moment to the next. 0, or -1 with errno: ENOSYS, ENOTSUP or EINVAL where
 * the system or the file system cannot. */
int zarr_exchange(const char *first, const char *second);
