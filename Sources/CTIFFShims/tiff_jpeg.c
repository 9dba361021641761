#include "CTIFFShims.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// A progressive stream of many scans decodes each over the whole image: a few kB can keep a core busy for minutes.
// No encoder writes more than about 20.
enum { most_scans = 100 };

// A strip may hold more rows than it needs, but not more than a block may take (TiffLimits.blockBytes).
static const size_t most_bytes = (size_t)1 << 30;

// Streams of many scans are kept whole as coefficients, two bytes a sample: they may be twice a full block and a
// little, which TiffImage.readerBytes counts on.
static const size_t spare_bytes = (size_t)1 << 20;

typedef struct {
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    tiff_jpeg_result result;
    int padded;
    char *message;
} context;

static context *context_of(j_common_ptr info) { return (context *)info->err; }

static void fail(j_common_ptr info) {
    context *c = context_of(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(c->message, 256, "%s", text);
    int code = info->err->msg_code;
    c->result = code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
                        code == JERR_CONVERSION_NOTIMPL
                    ? TIFF_JPEG_UNSUPPORTED
                    : TIFF_JPEG_DAMAGED;
    longjmp(c->escape, 1);
}

static void fail_with(context *c, const char *what) {
    snprintf(c->message, 256, "%s", what);
    c->result = TIFF_JPEG_DAMAGED;
    longjmp(c->escape, 1);
}

// Warnings are what libjpeg repairs, except bits that were missing because the stream had ended.
static void warn(j_common_ptr info, int level) {
    context *c = context_of(info);
    if (level < 0 && info->err->msg_code == JWRN_HIT_MARKER && c->padded) fail_with(c, "the stream ends too early");
}

static void watch_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number > most_scans) fail_with(context_of(info), "too many scans");
}

static void source_nothing(j_decompress_ptr info) { (void)info; }

// A stream may lack its end marker; one is supplied.
static boolean source_fill(j_decompress_ptr info) {
    static const JOCTET end[2] = {0xFF, JPEG_EOI};
    context *c = context_of((j_common_ptr)info);
    c->padded = 1;
    info->src->next_input_byte = end;
    info->src->bytes_in_buffer = 2;
    return TRUE;
}

static void source_skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    struct jpeg_source_mgr *source = info->src;
    if ((size_t)count > source->bytes_in_buffer) {
        source_fill(info);
        return;
    }
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

static void set_source(j_decompress_ptr info, context *c, const void *data, size_t size) {
    c->source.init_source = source_nothing;
    c->source.fill_input_buffer = source_fill;
    c->source.skip_input_data = source_skip;
    c->source.resync_to_restart = jpeg_resync_to_restart;
    c->source.term_source = source_nothing;
    c->source.next_input_byte = data;
    c->source.bytes_in_buffer = size;
    c->padded = 0;
    info->src = &c->source;
}

static void set_colours(j_decompress_ptr info, const tiff_jpeg_request *request) {
    if (request->stored == TIFF_JPEG_RGB) info->jpeg_color_space = JCS_RGB;
    switch (request->wanted) {
    case TIFF_JPEG_GRAY: info->out_color_space = JCS_GRAYSCALE; break;
    case TIFF_JPEG_RGB: info->out_color_space = JCS_RGB; break;
    case TIFF_JPEG_CMYK: info->out_color_space = JCS_CMYK; break;
    default: break;
    }
}

tiff_jpeg_result tiff_jpeg_decode(const tiff_jpeg_request *request, const void *tables, size_t tables_size,
                                  const void *data, size_t size, void *pixels, char *message) {
    struct jpeg_decompress_struct info;
    context c;
    memset(&c, 0, sizeof c);
    c.message = message;
    info.err = jpeg_std_error(&c.errors);
    c.errors.error_exit = fail;
    c.errors.emit_message = warn;
    if (setjmp(c.escape)) {
        jpeg_destroy_decompress(&info);
        return c.result;
    }
    // A decoder is made for each block: tables of a damaged stream must not live on in the next one.
    jpeg_create_decompress(&info);
    c.progress.progress_monitor = watch_scans;
    info.progress = &c.progress;
    if (tables_size > 0) {
        set_source(&info, &c, tables, tables_size);
        jpeg_read_header(&info, FALSE);
    }
    set_source(&info, &c, data, size);
    jpeg_read_header(&info, TRUE);
    set_colours(&info, request);
    jpeg_calc_output_dimensions(&info);
    size_t bytes = (size_t)info.output_width * info.output_height * (size_t)info.output_components;
    size_t full_bytes = (size_t)request->columns * (size_t)request->full_rows * (size_t)request->samples;
    size_t limit = jpeg_has_multiple_scans(&info) ? 2 * full_bytes + spare_bytes : most_bytes;
    // Size before memory: a progressive stream allocates its whole image when decoding starts.
    if (info.output_width > (JDIMENSION)request->columns || info.output_width < (JDIMENSION)request->visible_columns ||
        info.output_height < (JDIMENSION)request->visible_rows || bytes > most_bytes || bytes > limit ||
        info.output_components != request->samples) {
        snprintf(message, 256, "it is an image of %u x %u with %d samples in a block of %d x %d with %d",
                 info.output_width, info.output_height, info.output_components, request->columns, request->rows,
                 request->samples);
        jpeg_destroy_decompress(&info);
        return TIFF_JPEG_DAMAGED;
    }
    jpeg_start_decompress(&info);
    size_t row_bytes = (size_t)request->columns * (size_t)request->samples;
    while (info.output_scanline < info.output_height && info.output_scanline < (JDIMENSION)request->rows) {
        JSAMPROW row = (JSAMPROW)pixels + row_bytes * info.output_scanline;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_destroy_decompress(&info);
    return TIFF_JPEG_OK;
}
