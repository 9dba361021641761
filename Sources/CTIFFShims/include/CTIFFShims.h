// What Swift cannot call of libjpeg: functions that report errors by not returning.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Colour spaces of a JPEG stream and of the decoded pixels.
typedef enum { TIFF_JPEG_AS_MARKED, TIFF_JPEG_GRAY, TIFF_JPEG_RGB, TIFF_JPEG_CMYK } tiff_jpeg_colours;

/// How decoding a stream ended.
typedef enum { TIFF_JPEG_OK, TIFF_JPEG_DAMAGED, TIFF_JPEG_UNSUPPORTED, TIFF_JPEG_TOO_LARGE } tiff_jpeg_result;

/// The block a stream must fill: its size, the part of it inside the image, the rows of blocks that are not cut off at
/// the image's end, samples of a pixel, colours. Of those stored a JFIF marker knows better.
typedef struct {
    int32_t columns, rows, visible_columns, visible_rows, full_rows, samples;
    tiff_jpeg_colours stored, wanted;
} tiff_jpeg_request;

/// Decodes one JPEG stream, with shared tables where there are any, into `rows * columns * samples` bytes.
/// `message` has room for 256 bytes and says what is wrong unless the result is TIFF_JPEG_OK.
tiff_jpeg_result tiff_jpeg_decode(const tiff_jpeg_request *request, const void *tables, size_t tables_size,
                                  const void *data, size_t size, void *pixels, char *message);

/// A JPEG stream that is decoded a few rows at a time.
typedef struct tiff_jpeg_stream tiff_jpeg_stream;

/// Gives the next bytes of a stream: how many there are, 0 at its end, -1 where they cannot be read. They must stay until
/// the next call.
typedef ptrdiff_t (*tiff_jpeg_next)(void *owner, const void **bytes);

/// Opens a stream whose bytes come from `next`; NULL where no memory is left. What is wrong is said by the first read.
tiff_jpeg_stream *tiff_jpeg_open(const tiff_jpeg_request *request, const void *tables, size_t tables_size,
                                 tiff_jpeg_next next, void *owner);
void tiff_jpeg_close(tiff_jpeg_stream *stream);

/// Decodes the next rows of `columns * samples` bytes; `done` are fewer than asked for only where the image ends. Zero rows
/// read the header. After a failure every further call fails.
tiff_jpeg_result tiff_jpeg_read(tiff_jpeg_stream *stream, void *pixels, int32_t rows, int32_t *done);

/// Bytes that decoding takes, at the most; 0 before the header is read. Two for each sample where there are several scans.
size_t tiff_jpeg_state_bytes(const tiff_jpeg_stream *stream);

/// What is wrong with a stream; empty where nothing is.
const char *tiff_jpeg_message(const tiff_jpeg_stream *stream);

/// What an encoded stream is: a picture says in a JFIF header how it is to be understood; halved colours have half the
/// columns and rows of their brightness.
typedef enum { TIFF_JPEG_PLAIN = 0, TIFF_JPEG_PICTURE = 1, TIFF_JPEG_HALVED_COLOURS = 2 } tiff_jpeg_flags;

/// Encodes `rows * columns * samples` bytes, grey or RGB, as one complete baseline stream; RGB becomes YCbCr.
/// `flags` are members of tiff_jpeg_flags. Returns how many bytes it has, or -1 where it does not fit or cannot be made.
/// `message` has room for 256 bytes and says what went wrong.
ptrdiff_t tiff_jpeg_encode(const void *pixels, int32_t columns, int32_t rows, int32_t samples, int32_t quality,
                           int32_t flags, void *target, size_t capacity, char *message);

/// A file opened by libtiff that keeps its last error to itself instead of printing it.
typedef struct tiff_lib_file tiff_lib_file;

/// Opens a file; NULL where libtiff cannot.
tiff_lib_file *tiff_lib_open(const char *path);
void tiff_lib_close(tiff_lib_file *file);

/// Decodes a tile or strip of the directory at an offset into at most `size` bytes; returns how many there are, or -1.
/// `message` has room for 256 bytes and says what went wrong.
ptrdiff_t tiff_lib_decode(tiff_lib_file *file, uint64_t directory, int is_tile, uint32_t block, void *pixels,
                          size_t size, char *message);
