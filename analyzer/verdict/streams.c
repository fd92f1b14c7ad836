/* Ranges of stream numbers. They arrive in order, so a range only ever grows at the end of the list. */
#include "verdict/streams.h"

void stream_list_add(StreamList *list, uint32_t stream)
{
    list->count++;
    if (list->range_count && list->ranges[list->range_count - 1].last + 1 == stream) {
        list->ranges[list->range_count - 1].last = stream;
    } else if (list->range_count < STREAM_RANGES_MAX) {
        list->ranges[list->range_count].first = stream;
        list->ranges[list->range_count++].last = stream;
    } else {
        list->is_partial = true;
    }
}

typedef struct {
    GString *out;
    unsigned shown, max;
    bool is_partial;
} RangeWriter;

/* Two neighbours read better as two numbers. */
static void write_range(RangeWriter *writer, uint32_t first, uint32_t last)
{
    if (first > last)
        return;
    if (writer->shown == writer->max) {
        writer->is_partial = true;
        return;
    }
    g_string_append_printf(writer->out, "%s%u", writer->shown++ ? ", " : "", first);
    if (last == first + 1)
        g_string_append_printf(writer->out, ", %u", last);
    else if (last > first)
        g_string_append_printf(writer->out, "–%u", last);
}

void stream_list_format(GString *out, const StreamList *list, uint32_t except, unsigned max_ranges)
{
    RangeWriter writer = {.out = out, .max = max_ranges, .is_partial = list->is_partial};
    for (unsigned i = 0; i < list->range_count; i++) {
        uint32_t first = list->ranges[i].first, last = list->ranges[i].last;
        if (except < first || except > last) {
            write_range(&writer, first, last);
            continue;
        }
        if (except > first)
            write_range(&writer, first, except - 1);
        if (except < last)
            write_range(&writer, except + 1, last);
    }
    if (writer.is_partial)
        g_string_append(out, writer.shown ? ", …" : "…");
}
