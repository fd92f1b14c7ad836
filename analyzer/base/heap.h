/* A binary heap of pointers: which of many comes first, in the logarithm of their number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether `a` comes before `b`; a total order. */
typedef bool HeapOrder(const void *a, const void *b);

typedef struct {
    HeapOrder *is_before;
    void **items;
    size_t count, capacity;
} Heap;

/* Items are the caller's, before and after. */
void heap_init(Heap *heap, HeapOrder *is_before);
void heap_clear(Heap *heap);

void heap_push(Heap *heap, void *item);

/* The one that comes before all others; NULL where there is none. heap_pop() takes it out. */
static inline void *heap_first(const Heap *heap)
{
    return heap->count ? heap->items[0] : NULL;
}

/* The first of all others; NULL where there is none. */
void *heap_second(const Heap *heap);

void *heap_pop(Heap *heap);

/* The order of the first has changed: it goes where it now belongs. */
void heap_sink_first(Heap *heap);
