#include "undecidable.h"

#include <string.h>

#include "base/seq.h"

static bool is_lower_end(const Segment *segment)
{
    int order = memcmp(segment->source, segment->destination, sizeof segment->source);
    return order ? order < 0 : segment->source_port < segment->destination_port;
}

static uint32_t segment_after(const Segment *segment)
{
    return segment->seq + segment->length + !!(segment->flags & TCP_SYN) + !!(segment->flags & TCP_FIN);
}

/* Whether `kept` shows that there was a segment like `lost`: it acknowledges it, or continues after it. */
static bool refers(const Segment *kept, const Segment *lost)
{
    uint32_t after = segment_after(lost);
    if (after == lost->seq || lost->kind != SEGMENT_TCP || kept->kind != SEGMENT_TCP)
        return false;
    if (is_lower_end(kept) == is_lower_end(lost))
        return seq_le(after, kept->seq);
    return kept->flags & TCP_ACK && seq_le(after, kept->ack);
}

static void note_kept(Remains *remains, const Segment *segment)
{
    bool lower = is_lower_end(segment);
    remains->kept++;
    if (segment->flags & TCP_FIN)
        remains->kept_fin[!lower] = true;
    remains->kept_rst |= (segment->flags & TCP_RST) != 0;
    if ((segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
        remains->kept_syns++;
    else
        remains->kept_answers++;
}

static void note_lost(Remains *remains, const Segment *segment)
{
    remains->lost++;
    remains->lost_flags |= segment->flags;
    remains->lost_data |= segment->length > 0;
}

Remains remains_of(const Experiment *experiment, uint32_t full_stream)
{
    const GArray *packets = experiment->packets, *kept = experiment->kept;
    g_autofree const Segment **kept_by = g_new0(const Segment *, packets->len + 1);
    for (guint i = 0; i < kept->len; i++) {
        const Packet *packet = &g_array_index(kept, Packet, i);
        kept_by[packet->original] = packet->has_segment ? &packet->segment : NULL;
    }
    Remains remains = {.lost_tail = true, .lost_head = true};
    bool seen_lost = false, seen_kept = false;
    for (guint i = 0; i < packets->len; i++) {
        if (g_array_index(experiment->full->stream_of, uint32_t, i) != full_stream)
            continue;
        if (kept_by[i]) {
            note_kept(&remains, kept_by[i]);
            remains.lost_tail &= !seen_lost;
            seen_kept = true;
            continue;
        }
        const Segment *lost = &g_array_index(packets, Packet, i).segment;
        note_lost(&remains, lost);
        remains.lost_head &= !seen_kept;
        seen_lost = true;
        for (guint j = 0; j < packets->len; j++) {
            if (kept_by[j] && g_array_index(experiment->full->stream_of, uint32_t, j) == full_stream)
                remains.referred |= refers(kept_by[j], lost);
        }
    }
    return remains;
}

bool remains_show(const Remains *remains, const Outcome *got)
{
    if (!remains->lost || !remains->lost_tail)
        return false;
    bool one_fin = remains->kept_fin[0] != remains->kept_fin[1];
    bool no_fin = !remains->kept_fin[0] && !remains->kept_fin[1];
    const char *root = got->path[0]->id;
    if (!strcmp(root, "open"))
        return no_fin && !remains->kept_rst;
    if (!strcmp(root, "half-closed"))
        return (one_fin || got->certainty == CERTAINTY_LIKELY) && !remains->kept_rst;
    return false;
}

const char *undecidable_reason(const Remains *remains, const Outcome *full, const Outcome *got)
{
    (void)remains;
    (void)full;
    (void)got;
    return NULL;
}
