#include "CTIFFShims.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tiffio.h>

struct tiff_lib_file {
    TIFF *tiff;
    uint64_t directory;
    char message[256];
};

// Handlers of a file of their own came with libtiff 4.5; before, they belong to the whole process.
#if TIFFLIB_VERSION >= 20221213
static int keep(TIFF *tiff, void *owner, const char *module, const char *format, va_list arguments) {
    (void)tiff, (void)module;
    vsnprintf(((tiff_lib_file *)owner)->message, 256, format, arguments);
    return 1;
}

static int drop(TIFF *tiff, void *owner, const char *module, const char *format, va_list arguments) {
    (void)tiff, (void)owner, (void)module, (void)format, (void)arguments;
    return 1;
}

static TIFF *open_quietly(const char *path, tiff_lib_file *file) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep, file);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop, file);
    TIFF *tiff = TIFFOpenExt(path, "rm", options);
    TIFFOpenOptionsFree(options);
    return tiff;
}
#else
static TIFF *open_quietly(const char *path, tiff_lib_file *file) {
    (void)file;
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    return TIFFOpen(path, "rm");
}
#endif

tiff_lib_file *tiff_lib_open(const char *path) {
    tiff_lib_file *file = calloc(1, sizeof *file);
    if (!file) return NULL;
    file->tiff = open_quietly(path, file);
    if (file->tiff) return file;
    free(file);
    return NULL;
}

void tiff_lib_close(tiff_lib_file *file) {
    TIFFClose(file->tiff);
    free(file);
}

ptrdiff_t tiff_lib_decode(tiff_lib_file *file, uint64_t directory, int is_tile, uint32_t block, void *pixels,
                          size_t size, char *message) {
    file->message[0] = 0;
    ptrdiff_t count = -1;
    if (file->directory == directory || TIFFSetSubDirectory(file->tiff, directory)) {
        file->directory = directory;
        count = is_tile ? TIFFReadEncodedTile(file->tiff, block, pixels, (tmsize_t)size)
                        : TIFFReadEncodedStrip(file->tiff, block, pixels, (tmsize_t)size);
    }
    snprintf(message, 256, "%s", file->message);
    return count;
}
