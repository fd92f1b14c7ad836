#include "base/frame-offsets.h"

#include "base/bounds.h"

#define OFFSET_NONE UINT64_MAX

struct FrameOffsets {
    GArray *begins; /* uint64_t by number - 1; OFFSET_NONE for a number that no frame has */
    uint64_t end;   /* of the last */
};

FrameOffsets *frame_offsets_new(void)
{
    FrameOffsets *offsets = g_new0(FrameOffsets, 1);
    offsets->begins = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    return offsets;
}

void frame_offsets_free(FrameOffsets *offsets)
{
    if (!offsets)
        return;
    g_array_unref(offsets->begins);
    g_free(offsets);
}

void frame_offsets_add(FrameOffsets *offsets, uint64_t number, uint64_t begin, uint64_t end)
{
    static const uint64_t none = OFFSET_NONE;
    if (number > FRAME_OFFSETS_MAX || number <= offsets->begins->len)
        return;
    while (offsets->begins->len < number - 1)
        g_array_append_val(offsets->begins, none);
    g_array_append_val(offsets->begins, begin);
    offsets->end = end;
}

bool frame_offsets_find(const FrameOffsets *offsets, uint64_t number, uint64_t *ret_begin,
                        uint64_t *ret_length)
{
    const uint64_t *begins = (const uint64_t *)(const void *)offsets->begins->data;
    if (!number || number > offsets->begins->len || begins[number - 1] == OFFSET_NONE)
        return false;
    guint next = (guint)number;
    while (next < offsets->begins->len && begins[next] == OFFSET_NONE)
        next++;
    uint64_t begin = begins[number - 1], end = next < offsets->begins->len ? begins[next] : offsets->end;
    *ret_begin = begin;
    *ret_length = end > begin ? end - begin : 0;
    return true;
}
