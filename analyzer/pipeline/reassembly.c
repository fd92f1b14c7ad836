#include "pipeline/reassembly.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct Waiting {
    struct Waiting *next; /* in the order of the capture */
    uint32_t seq, length;
    uint8_t bytes[];
} Waiting;

struct Reassembly {
    ReassemblyTake *take;
    void *context;
    uint32_t next; /* number of the next byte to come */
    bool has_written;
    Waiting *waiting, **last;
    size_t waiting_bytes;
};

Reassembly *reassembly_new(ReassemblyTake *take, void *context)
{
    Reassembly *reassembly = g_new0(Reassembly, 1);
    reassembly->take = take;
    reassembly->context = context;
    reassembly->last = &reassembly->waiting;
    return reassembly;
}

void reassembly_free(Reassembly *reassembly)
{
    if (!reassembly)
        return;
    while (reassembly->waiting) {
        Waiting *next = reassembly->waiting->next;
        g_free(reassembly->waiting);
        reassembly->waiting = next;
    }
    g_free(reassembly);
}

/* Modulo 2^32 (RFC 9293 3.4). */
static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static void take_out(Reassembly *reassembly, Waiting **link)
{
    Waiting *one = *link;
    *link = one->next;
    if (!one->next)
        reassembly->last = link;
    reassembly->waiting_bytes -= sizeof *one + one->length;
    g_free(one);
}

/* Hands on the first that fits, or drops the first that is old. False where all have to wait on. */
static bool hand_on_one(Reassembly *reassembly)
{
    for (Waiting **link = &reassembly->waiting; *link; link = &(*link)->next) {
        const Waiting *one = *link;
        if (is_before(reassembly->next, one->seq))
            continue;
        uint32_t old = reassembly->next - one->seq;
        if (old < one->length) {
            reassembly->take(one->bytes + old, one->length - old, reassembly->context);
            reassembly->next += one->length - old;
        }
        take_out(reassembly, link);
        return true;
    }
    return false;
}

static void hand_on(Reassembly *reassembly)
{
    while (hand_on_one(reassembly))
        continue;
}

static uint32_t lowest_waiting(const Reassembly *reassembly)
{
    uint32_t lowest = reassembly->waiting->seq;
    for (const Waiting *one = reassembly->waiting->next; one; one = one->next)
        if (is_before(one->seq, lowest))
            lowest = one->seq;
    return lowest;
}

static void give_up_gap(Reassembly *reassembly, uint32_t lowest)
{
    char text[64];
    int length = snprintf(text, sizeof text, "[%" PRId32 " bytes missing in capture file]",
                          (int32_t)(lowest - reassembly->next));
    reassembly->take((const uint8_t *)text, (size_t)length + 1, reassembly->context);
    reassembly->next = lowest;
}

static void wait_for_its_turn(Reassembly *reassembly, uint32_t seq, const uint8_t *bytes, uint32_t length)
{
    Waiting *one = g_malloc(sizeof *one + length);
    *one = (Waiting){.seq = seq, .length = length};
    memcpy(one->bytes, bytes, length);
    *reassembly->last = one;
    reassembly->last = &one->next;
    reassembly->waiting_bytes += sizeof *one + length;
    while (reassembly->waiting_bytes > REASSEMBLY_WAITING_MAX) {
        give_up_gap(reassembly, lowest_waiting(reassembly));
        hand_on(reassembly);
    }
}

void reassembly_add(Reassembly *reassembly, uint32_t seq, bool is_syn, uint32_t length, const uint8_t *bytes,
                    uint32_t captured)
{
    seq += is_syn;
    if (!reassembly->next && !reassembly->has_written)
        reassembly->next = seq;
    uint32_t after = seq + length;
    if (is_before(seq, reassembly->next) && is_before(reassembly->next, after)) {
        uint32_t old = reassembly->next - seq;
        bytes = captured > old ? bytes + old : NULL;
        captured = captured > old ? captured - old : 0;
        seq = reassembly->next;
    }
    if (!captured || !bytes || is_before(seq, reassembly->next))
        return;
    if (seq != reassembly->next) {
        wait_for_its_turn(reassembly, seq, bytes, captured);
        return;
    }
    reassembly->take(bytes, captured, reassembly->context);
    reassembly->has_written = true;
    reassembly->next = after;
    hand_on(reassembly);
}

void reassembly_acknowledge(Reassembly *reassembly, uint32_t ack)
{
    hand_on(reassembly);
    while (reassembly->waiting) {
        uint32_t lowest = lowest_waiting(reassembly);
        if (!is_before(lowest, ack))
            return;
        give_up_gap(reassembly, lowest);
        hand_on(reassembly);
    }
}
