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

static bool takes_numbers(const Segment *segment)
{
    return segment->kind == SEGMENT_TCP && segment_after(segment) != segment->seq;
}

/* Whether `kept` shows that there was a segment like `lost`: it acknowledges it, or continues after it. */
static bool refers(const Segment *kept, const Segment *lost)
{
    if (!takes_numbers(lost) || kept->kind != SEGMENT_TCP)
        return false;
    if (is_lower_end(kept) == is_lower_end(lost))
        return seq_le(segment_after(lost), kept->seq);
    return kept->flags & TCP_ACK && seq_le(segment_after(lost), kept->ack);
}

static bool repeats(const Segment *kept, const Segment *lost)
{
    return takes_numbers(lost) && kept->kind == SEGMENT_TCP && is_lower_end(kept) == is_lower_end(lost) &&
           seq_le(kept->seq, lost->seq) && seq_le(segment_after(lost), segment_after(kept));
}

static void note_kept(Remains *remains, const Segment *segment)
{
    if (segment->flags & TCP_FIN)
        remains->kept_fin[!is_lower_end(segment)] = true;
    remains->kept_rst |= (segment->flags & TCP_RST) != 0;
}

static void note_lost(Remains *remains, const Segment *segment)
{
    remains->lost++;
    remains->lost_flags |= segment->flags;
    remains->lost_data |= segment->length > 0;
}

static bool is_forged(const Segment *reset, const Segment *other)
{
    return reset->flags & TCP_RST && !(other->flags & TCP_RST) && reset->kind == SEGMENT_TCP &&
           other->kind == SEGMENT_TCP && is_lower_end(reset) == is_lower_end(other) &&
           reset->ttl != other->ttl;
}

/* Holds every segment of the stream that was kept against `segment`, which was kept or lost. */
static void note_relations(Remains *remains, const GPtrArray *kept, const Segment *segment, bool is_lost)
{
    bool repeated = false;
    for (guint i = 0; i < kept->len; i++) {
        const Segment *other = g_ptr_array_index(kept, i);
        if (!is_lost) {
            remains->rst_looks_forged |= is_forged(segment, other);
            continue;
        }
        repeated |= repeats(other, segment);
        remains->referred |= refers(other, segment);
    }
    if (is_lost)
        remains->repeated &= repeated;
}

Remains remains_of(const Experiment *experiment, uint32_t full_stream)
{
    const GArray *packets = experiment->packets, *kept = experiment->kept;
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    g_autofree bool *is_kept = g_new0(bool, packets->len + 1);
    for (guint i = 0; i < kept->len; i++) {
        const Packet *packet = &g_array_index(kept, Packet, i);
        is_kept[packet->original] = packet->has_segment;
        if (packet->has_segment &&
            g_array_index(experiment->full->stream_of, uint32_t, packet->original) == full_stream)
            g_ptr_array_add(left, (gpointer)&packet->segment);
    }
    Remains remains = {.lost_tail = true, .repeated = true};
    for (guint i = 0; i < packets->len; i++) {
        if (g_array_index(experiment->full->stream_of, uint32_t, i) != full_stream)
            continue;
        const Segment *segment = &g_array_index(packets, Packet, i).segment;
        note_relations(&remains, left, segment, !is_kept[i]);
        if (!is_kept[i]) {
            note_lost(&remains, segment);
            continue;
        }
        note_kept(&remains, segment);
        remains.lost_tail &= !remains.lost;
    }
    remains.lost_tail &= remains.lost || experiment->mutation->kind == MUTATION_EARLY;
    return remains;
}

bool remains_show(const Remains *remains, const Outcome *got)
{
    if (!remains->lost_tail)
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

static bool lost_pure_ack(const Remains *remains)
{
    return remains->lost == 1 && remains->lost_flags == TCP_ACK && !remains->lost_data;
}

static bool lost_repeated_fin(const Remains *remains)
{
    return remains->lost_flags & TCP_FIN && remains->repeated;
}

static bool lost_unacknowledged_fin(const Remains *remains)
{
    return remains->lost == 1 && remains->lost_flags & TCP_FIN && !remains->referred && !remains->lost_data;
}

static bool lost_reset(const Remains *remains)
{
    return remains->lost_flags & TCP_RST && !remains->referred && !remains->rst_looks_forged;
}

static bool lost_signs_of_life(const Remains *remains)
{
    return remains->lost_tail && !remains->rst_looks_forged;
}

/* Losses that leave no trace in the capture: no number of it is missing, and no segment answers what was
 * lost. The capture that is left could as well be the whole of another story, which the verdict then rightly
 * tells. Anything that could be told by a number, a flag or a TTL does not belong here. */
static const struct {
    const char *full, *got; /* nodes of the tree: it, or any ending below */
    bool (*holds)(const Remains *remains);
    const char *why;
} table[] = {
    {"four-way", "three-segment", lost_pure_ack,
     "without the pure ACK of the FIN, the peer's FIN is the first to acknowledge it"},
    {"simultaneous", "four-way", lost_repeated_fin,
     "the first copy of a FIN that is sent again after the other side's"},
    {"rst-after-write-to-closed", "half-open-discovered", lost_unacknowledged_fin,
     "a FIN that nothing acknowledged, from a host that answers with RST"},
    {"reset-abort", "half-open-discovered", lost_reset,
     "an abort that did not arrive, before data that are answered as after a restart"},
    {"rst-injected", "half-open-discovered", lost_reset,
     "a forged RST, before data that its victim answers as after a restart"},
    {"rst-injected", "half-open-discovered", lost_signs_of_life,
     "a perfect RST, and the capture ends before its alleged sender goes on"},
};

static bool is_below(const Outcome *outcome, const char *id)
{
    for (unsigned i = 0; i < outcome->path_length; i++) {
        if (!strcmp(outcome->path[i]->id, id))
            return true;
    }
    return false;
}

const char *undecidable_reason(const Remains *remains, const Outcome *full, const Outcome *got)
{
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        if (is_below(full, table[i].full) && is_below(got, table[i].got) && table[i].holds(remains))
            return table[i].why;
    }
    return NULL;
}

static bool lost_opening(const Remains *remains)
{
    return remains->lost_flags & TCP_SYN || remains->merged;
}

static bool lost_what_crossed(const Remains *remains)
{
    return remains->lost_tail && remains->kept_rst;
}

static const struct {
    const char *finding;
    bool (*holds)(const Remains *remains);
    const char *why;
} finding_table[] = {
    {"data-lost", lost_pure_ack, "the only acknowledgement of data, before an RST"},
    {"data-lost", lost_what_crossed, "the acknowledgement that was under way when the RST was sent: the capture ends before it"},
    {"long-half-close", lost_reset, "both FINs are there, and what answered the second was lost"},
    {"rst-after-close", lost_opening, "a SYN that met TIME_WAIT, before the RST that it led to"},
    {"tuple-reused", lost_opening,
     "the first SYN of a new connection, which makes two of what it and its RST ended"},
};

const char *undecidable_finding(const Remains *remains, const Rule *finding)
{
    for (guint i = 0; i < G_N_ELEMENTS(finding_table); i++) {
        if (!strcmp(finding->id, finding_table[i].finding) && finding_table[i].holds(remains))
            return finding_table[i].why;
    }
    return NULL;
}
