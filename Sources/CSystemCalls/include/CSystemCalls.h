#pragma once

/* Waits until the file system that holds an open file or folder has written everything to its disk. 0, or -1 with errno;
 * where the system has no such call, that of the whole machine, which never fails. */
int zarr_syncfs(int descriptor);

/* Lets two files or folders change names, from one moment to the next. 0, or -1 with errno: ENOSYS, ENOTSUP or EINVAL where
 * the system or the file system cannot. */
int zarr_exchange(const char *first, const char *second);
