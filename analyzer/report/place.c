/* The name is the short one of the map, so that a line of the ladder stays one line. */
#include "report/place.h"

#include <inttypes.h>
#include <string.h>

static void append_place(GString *out, const FrameMap *joined, uint64_t number)
{
    guint file;
    uint64_t frame;
    if (!joined || !frame_map_find(joined, number, &file, &frame))
        return;
    const char *name = frame_map_file(joined, file)->name;
    size_t length = strlen(name);
    if (length > PLACE_NAME_BYTES_MAX) {
        name += length - PLACE_NAME_BYTES_MAX;
        while ((*name & 0xc0) == 0x80) /* not in the middle of a character */
            name++;
        g_string_append(out, "…");
    }
    g_string_append_printf(out, "%s:%" PRIu64, name, frame);
}

void place_format(GString *out, const Style *style, const FrameMap *joined, uint64_t frame)
{
    GString *place = g_string_new(NULL);
    append_place(place, joined, frame);
    style_escape(out, place->str, style->is_ascii);
    g_string_free(place, TRUE);
}

void place_list_format(GString *out, const FrameMap *joined, const GArray *frames)
{
    for (guint i = 0; i < frames->len; i++) {
        uint64_t frame = g_array_index(frames, uint64_t, i);
        g_string_append_printf(out, "%s%" PRIu64 " is ", i ? ", " : "", frame);
        append_place(out, joined, frame);
    }
}
