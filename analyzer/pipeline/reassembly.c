#include "pipeline/reassembly.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/heap.h"

/* Numbers are 64 bits wide in here, and unwrapped against the next one that is to come (RFC 9293 3.4): so
 * those that wait have an order, whatever is in between. */
typedef struct {
    int64_t from, end;
    uint64_t order; /* of the capture */
    uint8_t bytes[];
} Waiting;

/* What one costs beside its bytes: the allocator's own, and a place in a heap. */
#define WAITING_BYTES (sizeof(Waiting) + 24)

struct Reassembly {
    ReassemblyTake *take;
    void *context;
    int64_t next; /* number of the next byte to come */
    bool has_written;
    Heap early; /* Waiting, beyond `next`: by their first number */
    Heap ready; /* Waiting, at `next` or before: in the order of the capture, by which the first copy wins */
    uint64_t count;
    size_t waiting_bytes;
};

static bool is_lower(const void *a, const void *b)
{
    const Waiting *one = a, *other = b;
    return one->from != other->from ? one->from < other->from : one->order < other->order;
}

static bool is_earlier(const void *a, const void *b)
{
    return ((const Waiting *)a)->order < ((const Waiting *)b)->order;
}

Reassembly *reassembly_new(ReassemblyTake *take, void *context)
{
    Reassembly *reassembly = g_new0(Reassembly, 1);
    reassembly->take = take;
    reassembly->context = context;
    heap_init(&reassembly->early, is_lower);
    heap_init(&reassembly->ready, is_earlier);
    return reassembly;
}

static void free_all(Heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        g_free(heap->items[i]);
    heap_clear(heap);
}

void reassembly_free(Reassembly *reassembly)
{
    if (!reassembly)
        return;
    free_all(&reassembly->early);
    free_all(&reassembly->ready);
    g_free(reassembly);
}

static int64_t unwrap(const Reassembly *reassembly, uint32_t number)
{
    return reassembly->next + (int32_t)(number - (uint32_t)reassembly->next);
}

static Waiting *lowest_waiting(const Reassembly *reassembly)
{
    return heap_first(&reassembly->early);
}

/* What waits and has become the next or old, one after the other. */
static void hand_on(Reassembly *reassembly)
{
    for (;;) {
        while (lowest_waiting(reassembly) && lowest_waiting(reassembly)->from <= reassembly->next)
            heap_push(&reassembly->ready, heap_pop(&reassembly->early));
        Waiting *one = heap_pop(&reassembly->ready);
        if (!one)
            return;
        if (one->end > reassembly->next) {
            reassembly->take(one->bytes + (reassembly->next - one->from),
                             (size_t)(one->end - reassembly->next), reassembly->context);
            reassembly->next = one->end;
        }
        reassembly->waiting_bytes -= WAITING_BYTES + (size_t)(one->end - one->from);
        g_free(one);
    }
}

static void give_up_gap(Reassembly *reassembly)
{
    char text[64];
    int64_t lowest = lowest_waiting(reassembly)->from;
    int length =
        snprintf(text, sizeof text, "[%" PRId64 " bytes missing in capture file]", lowest - reassembly->next);
    reassembly->take((const uint8_t *)text, (size_t)length + 1, reassembly->context);
    reassembly->next = lowest;
    hand_on(reassembly);
}

static void wait_for_its_turn(Reassembly *reassembly, int64_t from, const uint8_t *bytes, uint32_t length)
{
    Waiting *one = g_malloc(sizeof *one + length);
    *one = (Waiting){.from = from, .end = from + length, .order = reassembly->count++};
    memcpy(one->bytes, bytes, length);
    heap_push(&reassembly->early, one);
    reassembly->waiting_bytes += WAITING_BYTES + length;
    while (reassembly->waiting_bytes > REASSEMBLY_WAITING_MAX)
        give_up_gap(reassembly);
}

void reassembly_add(Reassembly *reassembly, uint32_t seq, bool is_syn, uint32_t length, const uint8_t *bytes,
                    uint32_t captured)
{
    seq += is_syn;
    if (!reassembly->next && !reassembly->has_written)
        reassembly->next = seq;
    int64_t from = unwrap(reassembly, seq), after = from + length;
    if (from < reassembly->next && reassembly->next < after) {
        uint32_t old = (uint32_t)(reassembly->next - from);
        bytes = captured > old ? bytes + old : NULL;
        captured = captured > old ? captured - old : 0;
        from = reassembly->next;
    }
    if (!captured || !bytes || from < reassembly->next)
        return;
    if (from != reassembly->next) {
        wait_for_its_turn(reassembly, from, bytes, captured);
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
    while (lowest_waiting(reassembly) && lowest_waiting(reassembly)->from < unwrap(reassembly, ack))
        give_up_gap(reassembly);
}
