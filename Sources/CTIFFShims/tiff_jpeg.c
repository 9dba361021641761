#include "CTIFFShims.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// A progressive stream of many scans decodes each over the whole image: a few kB can keep a core busy for minutes.
// No encoder writes more than about 20.
enum { most_scans = 100 };

// Streams of many scans are kept whole as coefficients, two bytes a sample: they may be twice a full block and a
// little, which TiffImage.readerBytes counts on, and no more than a block may take (TiffLimits.blockBytes).
static const size_t spare_bytes = (size_t)1 << 20;
static const size_t most_bytes = (size_t)1 << 30;

struct tiff_jpeg_stream {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    tiff_jpeg_request request;
    // Where the next bytes come from; NULL where all of them are there.
    tiff_jpeg_next next;
    void *owner;
    tiff_jpeg_result result;
    int has_header, has_started, padded;
    char message[256];
};

static tiff_jpeg_stream *stream_of(j_common_ptr info) { return (tiff_jpeg_stream *)info; }

static void fail(j_common_ptr info) {
    tiff_jpeg_stream *stream = stream_of(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(stream->message, sizeof stream->message, "%s", text);
    int code = info->err->msg_code;
    stream->result = code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
                             code == JERR_CONVERSION_NOTIMPL
                         ? TIFF_JPEG_UNSUPPORTED
                         : TIFF_JPEG_DAMAGED;
    longjmp(stream->escape, 1);
}

static void fail_with(tiff_jpeg_stream *stream, const char *what) {
    snprintf(stream->message, sizeof stream->message, "%s", what);
    stream->result = TIFF_JPEG_DAMAGED;
    longjmp(stream->escape, 1);
}

// Warnings are what libjpeg repairs, except bits that were missing because the stream had ended.
static void warn(j_common_ptr info, int level) {
    tiff_jpeg_stream *stream = stream_of(info);
    if (level < 0 && info->err->msg_code == JWRN_HIT_MARKER && stream->padded)
        fail_with(stream, "the stream ends too early");
}

static void watch_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number > most_scans) fail_with(stream_of(info), "too many scans");
}

static void source_nothing(j_decompress_ptr info) { (void)info; }

// A stream may lack its end marker; one is supplied.
static boolean source_fill(j_decompress_ptr info) {
    static const JOCTET end[2] = {0xFF, JPEG_EOI};
    tiff_jpeg_stream *stream = stream_of((j_common_ptr)info);
    const void *bytes = NULL;
    ptrdiff_t count = stream->next && !stream->padded ? stream->next(stream->owner, &bytes) : 0;
    if (count < 0) fail_with(stream, "its bytes cannot be read");
    stream->padded = count == 0;
    info->src->next_input_byte = count > 0 ? bytes : end;
    info->src->bytes_in_buffer = count > 0 ? (size_t)count : sizeof end;
    return TRUE;
}

static void source_skip(j_decompress_ptr info, long count) {
    struct jpeg_source_mgr *source = info->src;
    while (count > 0 && (size_t)count > source->bytes_in_buffer) {
        count -= (long)source->bytes_in_buffer;
        source_fill(info);
        if (stream_of((j_common_ptr)info)->padded) return;
    }
    if (count <= 0) return;
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

static void set_source(tiff_jpeg_stream *stream, const void *data, size_t size) {
    stream->source.init_source = source_nothing;
    stream->source.fill_input_buffer = source_fill;
    stream->source.skip_input_data = source_skip;
    stream->source.resync_to_restart = jpeg_resync_to_restart;
    stream->source.term_source = source_nothing;
    stream->source.next_input_byte = data;
    stream->source.bytes_in_buffer = size;
    stream->padded = 0;
    stream->info.src = &stream->source;
}

static void set_colours(j_decompress_ptr info, const tiff_jpeg_request *request) {
    if (request->stored == TIFF_JPEG_RGB && !info->saw_JFIF_marker) info->jpeg_color_space = JCS_RGB;
    switch (request->wanted) {
    case TIFF_JPEG_GRAY: info->out_color_space = JCS_GRAYSCALE; break;
    case TIFF_JPEG_RGB: info->out_color_space = JCS_RGB; break;
    case TIFF_JPEG_CMYK: info->out_color_space = JCS_CMYK; break;
    default: break;
    }
}

// A decoder is made for each block: tables of a damaged stream must not live on in the next one.
static void create(tiff_jpeg_stream *stream, const tiff_jpeg_request *request, const void *tables, size_t tables_size) {
    stream->request = *request;
    stream->info.err = jpeg_std_error(&stream->errors);
    stream->errors.error_exit = fail;
    stream->errors.emit_message = warn;
    if (setjmp(stream->escape)) return;
    jpeg_create_decompress(&stream->info);
    stream->progress.progress_monitor = watch_scans;
    stream->info.progress = &stream->progress;
    if (tables_size == 0) return;
    set_source(stream, tables, tables_size);
    jpeg_read_header(&stream->info, FALSE);
}

// Size before memory: a stream of many scans allocates its whole image when decoding starts.
static void check_size(tiff_jpeg_stream *stream) {
    j_decompress_ptr info = &stream->info;
    const tiff_jpeg_request *request = &stream->request;
    size_t bytes = (size_t)info->output_width * info->output_height * (size_t)info->output_components;
    size_t full_bytes = (size_t)request->columns * (size_t)request->full_rows * (size_t)request->samples;
    int is_whole = jpeg_has_multiple_scans(info);
    if (info->output_width > (JDIMENSION)request->columns ||
        info->output_width < (JDIMENSION)request->visible_columns ||
        info->output_height < (JDIMENSION)request->visible_rows || (is_whole && bytes > 2 * full_bytes + spare_bytes) ||
        info->output_components != request->samples) {
        char text[256];
        snprintf(text, sizeof text, "it is an image of %u x %u with %d samples in a block of %d x %d with %d",
                 info->output_width, info->output_height, info->output_components, request->columns, request->rows,
                 request->samples);
        fail_with(stream, text);
    }
    if (is_whole && bytes > most_bytes) {
        snprintf(stream->message, sizeof stream->message,
                 "%u x %u with %d samples in several scans (progressive JPEG) must be kept whole, which may take %zu MiB "
                 "of pixels; save the image again with smaller tiles, or as baseline JPEG",
                 info->output_width, info->output_height, info->output_components, most_bytes >> 20);
        stream->result = TIFF_JPEG_TOO_LARGE;
        longjmp(stream->escape, 1);
    }
}

static void read_header(tiff_jpeg_stream *stream) {
    jpeg_read_header(&stream->info, TRUE);
    set_colours(&stream->info, &stream->request);
    jpeg_calc_output_dimensions(&stream->info);
    check_size(stream);
    stream->has_header = 1;
}

tiff_jpeg_stream *tiff_jpeg_open(const tiff_jpeg_request *request, const void *tables, size_t tables_size,
                                 tiff_jpeg_next next, void *owner) {
    tiff_jpeg_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    create(stream, request, tables, tables_size);
    stream->next = next;
    stream->owner = owner;
    if (stream->result == TIFF_JPEG_OK) set_source(stream, NULL, 0);
    return stream;
}

tiff_jpeg_result tiff_jpeg_read(tiff_jpeg_stream *stream, void *pixels, int32_t rows, int32_t *done) {
    j_decompress_ptr info = &stream->info;
    *done = 0;
    if (stream->result != TIFF_JPEG_OK) return stream->result;
    if (setjmp(stream->escape)) return stream->result;
    if (!stream->has_header) read_header(stream);
    if (rows <= 0) return TIFF_JPEG_OK;
    if (!stream->has_started) jpeg_start_decompress(info);
    stream->has_started = 1;
    size_t row_bytes = (size_t)stream->request.columns * (size_t)stream->request.samples;
    while (*done < rows && info->output_scanline < info->output_height) {
        JSAMPROW row = (JSAMPROW)pixels + row_bytes * (size_t)*done;
        jpeg_read_scanlines(info, &row, 1);
        ++*done;
    }
    return TIFF_JPEG_OK;
}

size_t tiff_jpeg_state_bytes(const tiff_jpeg_stream *stream) {
    const struct jpeg_decompress_struct *info = &stream->info;
    if (!stream->has_header) return 0;
    size_t bytes = 0;
    for (int i = 0; i < info->num_components; i++) {
        const jpeg_component_info *component = &info->comp_info[i];
        size_t row = (size_t)component->width_in_blocks * DCTSIZE;
        // The rows of two rows of blocks with their neighbours, and of several scans the coefficients of all.
        bytes += row * DCTSIZE * 8;
        if (jpeg_has_multiple_scans((j_decompress_ptr)info))
            bytes += row * ((size_t)component->height_in_blocks + 4) * DCTSIZE * sizeof(JCOEF);
    }
    return bytes;
}

const char *tiff_jpeg_message(const tiff_jpeg_stream *stream) { return stream->message; }

void tiff_jpeg_close(tiff_jpeg_stream *stream) {
    jpeg_destroy_decompress(&stream->info);
    free(stream);
}

tiff_jpeg_result tiff_jpeg_decode(const tiff_jpeg_request *request, const void *tables, size_t tables_size,
                                  const void *data, size_t size, void *pixels, char *message) {
    tiff_jpeg_stream stream;
    memset(&stream, 0, sizeof stream);
    create(&stream, request, tables, tables_size);
    int32_t done;
    if (stream.result == TIFF_JPEG_OK) {
        set_source(&stream, data, size);
        tiff_jpeg_read(&stream, pixels, request->rows, &done);
    }
    jpeg_destroy_decompress(&stream.info);
    memcpy(message, stream.message, sizeof stream.message);
    return stream.result;
}
