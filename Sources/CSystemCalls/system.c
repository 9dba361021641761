/* System calls that Swift cannot call, because their headers hide them from it. */
#define _GNU_SOURCE
#include "CSystemCalls.h"

#include <unistd.h>

int zarr_syncfs(int descriptor) {
#if defined(__linux__)
    return syncfs(descriptor);
#else
    (void)descriptor;
    sync();
    return 0;
#endif
}
