#include "mutation.h"

#include <string.h>

#define MIRROR_DELAY_NS 10000

/* Neighbours further apart than this are not swapped: no network and no capture reorders by more, and what
 * comes so much later was sent later. */
#define REORDERING_NS 100000000

static const guint snaplens[] = {54, 60, 68, 96};

const char *mutation_kind_name(MutationKind kind)
{
    static const char *const names[] = {"frame lost", "one direction", "late start", "early end",
                                        "duplicated", "swapped",       "snap length"};
    return names[kind];
}

/* How many mutations of a kind there are. */
static guint mutation_count(MutationKind kind, guint count)
{
    switch (kind) {
    case MUTATION_REMOVED:
        return count;
    case MUTATION_ONE_SIDED:
        return 2;
    case MUTATION_DUPLICATED:
        return 1;
    case MUTATION_SNAPLEN:
        return G_N_ELEMENTS(snaplens);
    default:
        return count ? count - 1 : 0;
    }
}

bool mutation_next(Mutation *mutation, guint count, bool *first)
{
    if (*first) {
        *first = false;
        *mutation = (Mutation){0, 0};
    } else {
        mutation->position++;
    }
    while (mutation->kind < MUTATION_KINDS && mutation->position >= mutation_count(mutation->kind, count))
        *mutation = (Mutation){mutation->kind + 1, 0};
    return mutation->kind < MUTATION_KINDS;
}

/* Whether the segment goes from the lower end to the higher one. */
static bool goes_up(const Segment *segment)
{
    int order = memcmp(segment->source, segment->destination, sizeof segment->source);
    return order ? order < 0 : segment->source_port < segment->destination_port;
}

static bool is_kept(const Mutation *mutation, const Packet *packet, guint index)
{
    switch (mutation->kind) {
    case MUTATION_REMOVED:
        return index != mutation->position;
    case MUTATION_ONE_SIDED:
        return !packet->has_segment || goes_up(&packet->segment) == (mutation->position == 0);
    case MUTATION_LATE:
        return index > mutation->position;
    case MUTATION_EARLY:
        return index <= mutation->position;
    default:
        return true;
    }
}

/* The order changes, the times stay those of the capture. */
static void swap(Packet *pair)
{
    Packet first = pair[0], second = pair[1];
    if (second.time_ns - first.time_ns > REORDERING_NS)
        return;
    pair[0] = second;
    pair[0].time_ns = first.time_ns;
    pair[1] = first;
    pair[1].time_ns = second.time_ns;
}

void mutation_apply(const Mutation *mutation, const Frame *frames, const Packet *packets, guint count,
                    GArray *ret_packets)
{
    g_array_set_size(ret_packets, 0);
    for (guint i = 0; i < count; i++) {
        Packet packet = packets[i];
        if (!is_kept(mutation, &packet, i))
            continue;
        if (mutation->kind == MUTATION_SNAPLEN) {
            packet = packet_from_frame(&frames[i], i, snaplens[mutation->position]);
            packet.time_ns = packets[i].time_ns;
        }
        g_array_append_val(ret_packets, packet);
        if (mutation->kind == MUTATION_DUPLICATED) {
            packet.time_ns += MIRROR_DELAY_NS;
            if (i + 1 < count && packet.time_ns > packets[i + 1].time_ns)
                packet.time_ns = packets[i + 1].time_ns;
            g_array_append_val(ret_packets, packet);
        }
    }
    if (mutation->kind == MUTATION_SWAPPED)
        swap(&g_array_index(ret_packets, Packet, mutation->position));
}

void mutation_format(GString *out, const Mutation *mutation)
{
    guint at = mutation->position;
    switch (mutation->kind) {
    case MUTATION_REMOVED:
        g_string_append_printf(out, "frame %u lost", at + 1);
        break;
    case MUTATION_ONE_SIDED:
        g_string_append(out, at ? "only the higher end's direction" : "only the lower end's direction");
        break;
    case MUTATION_LATE:
        g_string_append_printf(out, "starts with frame %u", at + 2);
        break;
    case MUTATION_EARLY:
        g_string_append_printf(out, "ends with frame %u", at + 1);
        break;
    case MUTATION_DUPLICATED:
        g_string_append(out, "every frame twice");
        break;
    case MUTATION_SWAPPED:
        g_string_append_printf(out, "frames %u and %u swapped", at + 1, at + 2);
        break;
    case MUTATION_SNAPLEN:
        g_string_append_printf(out, "snap length %u", snaplens[at]);
        break;
    default:
        break;
    }
}
