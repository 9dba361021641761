#include "CTIFFShims.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    char *message;
} context;

static void fail(j_common_ptr info) {
    context *c = (context *)info->err;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(c->message, 256, "%s", text);
    longjmp(c->escape, 1);
}

static void keep_quiet(j_common_ptr info, int level) {
    (void)info;
    (void)level;
}

static void destination_nothing(j_compress_ptr info) { (void)info; }

static boolean destination_full(j_compress_ptr info) {
    context *c = (context *)info->err;
    snprintf(c->message, 256, "the stream is larger than its pixels");
    longjmp(c->escape, 1);
}

ptrdiff_t tiff_jpeg_encode(const void *pixels, int32_t columns, int32_t rows, int32_t samples, int32_t quality,
                           int32_t flags, void *target, size_t capacity, char *message) {
    struct jpeg_compress_struct info;
    context c;
    memset(&c, 0, sizeof c);
    c.message = message;
    info.err = jpeg_std_error(&c.errors);
    c.errors.error_exit = fail;
    c.errors.emit_message = keep_quiet;
    if (setjmp(c.escape)) {
        jpeg_destroy_compress(&info);
        return -1;
    }
    jpeg_create_compress(&info);
    c.destination.init_destination = destination_nothing;
    c.destination.empty_output_buffer = destination_full;
    c.destination.term_destination = destination_nothing;
    c.destination.next_output_byte = target;
    c.destination.free_in_buffer = capacity;
    info.dest = &c.destination;
    info.image_width = (JDIMENSION)columns;
    info.image_height = (JDIMENSION)rows;
    info.input_components = samples;
    info.in_color_space = samples == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    // A TIFF says itself what the colours are.
    info.write_JFIF_header = (flags & TIFF_JPEG_PICTURE) != 0;
    // Halving the colours is the default of libjpeg; all components have the resolution of the first one's factors.
    if (!(flags & TIFF_JPEG_HALVED_COLOURS)) {
        for (int i = 0; i < info.num_components; i++) {
            info.comp_info[i].h_samp_factor = 1;
            info.comp_info[i].v_samp_factor = 1;
        }
    }
    jpeg_start_compress(&info, TRUE);
    size_t row_bytes = (size_t)columns * (size_t)samples;
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = (JSAMPROW)pixels + row_bytes * info.next_scanline;
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return (ptrdiff_t)(capacity - c.destination.free_in_buffer);
}
