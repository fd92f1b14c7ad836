/* Connections that may wait in a listener's accept queue: established, and not served yet. How many there
 * were at a time is worked out only where somebody asks, and then for all connections of that listener at
 * once. */
#pragma once

#include <glib.h>

#include "facts/witnesses.h"

typedef struct {
    GMutex lock;
    uint32_t listeners;
    uint32_t *first; /* by listener: where its streams begin in `streams` */
    uint32_t *streams;
    int64_t **times; /* by listener: when they were established, then when they no longer waited; ascending */
} Queues;

void queues_init(Queues *queues);
void queues_clear(Queues *queues);

/* How many of the listener's others waited at that time. All are noted. Several threads may ask at once. */
uint32_t queues_count(Queues *queues, Witness *const *noted, uint32_t noted_count, uint32_t listeners,
                      uint32_t stream, int64_t time_ns);
