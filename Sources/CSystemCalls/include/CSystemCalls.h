#pragma once

/* Waits until the file system that holds an open file or folder has written everything to its disk. 0, or -1 with errno;
 * where the system has no such call, that of the whole machine, which never fails. */
int zarr_syncfs(int descriptor);
