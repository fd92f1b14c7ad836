#include "base/heap.h"

#include <glib.h>

void heap_init(Heap *heap, HeapOrder *is_before)
{
    *heap = (Heap){.is_before = is_before};
}

void heap_clear(Heap *heap)
{
    g_free(heap->items);
    heap_init(heap, heap->is_before);
}

static void swap(Heap *heap, size_t a, size_t b)
{
    void *item = heap->items[a];
    heap->items[a] = heap->items[b];
    heap->items[b] = item;
}

/* Of the items at both places, that which comes first; a place behind the last loses. */
static size_t better(const Heap *heap, size_t a, size_t b)
{
    return b < heap->count && heap->is_before(heap->items[b], heap->items[a]) ? b : a;
}

void heap_push(Heap *heap, void *item)
{
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity ? heap->capacity * 2 : 16;
        heap->items = g_renew(void *, heap->items, heap->capacity);
    }
    size_t at = heap->count++;
    heap->items[at] = item;
    for (; at && better(heap, (at - 1) / 2, at) == at; at = (at - 1) / 2)
        swap(heap, at, (at - 1) / 2);
}

void heap_sink_first(Heap *heap)
{
    for (size_t at = 0;;) {
        size_t best = better(heap, better(heap, at, 2 * at + 1), 2 * at + 2);
        if (best == at)
            return;
        swap(heap, at, best);
        at = best;
    }
}

void *heap_pop(Heap *heap)
{
    void *first = heap_first(heap);
    if (!first)
        return NULL;
    heap->items[0] = heap->items[--heap->count];
    heap_sink_first(heap);
    return first;
}

void *heap_second(const Heap *heap)
{
    return heap->count > 1 ? heap->items[better(heap, 1, 2)] : NULL;
}
