#include "facts/queues.h"

#include <stdlib.h>

void queues_init(Queues *queues)
{
    *queues = (Queues){0};
    g_mutex_init(&queues->lock);
}

void queues_clear(Queues *queues)
{
    for (uint32_t i = 0; queues->times && i < queues->listeners; i++)
        g_free(queues->times[i]);
    g_free(queues->times);
    g_free(queues->first);
    g_free(queues->streams);
    g_mutex_clear(&queues->lock);
}

/* When it no longer waited: served, or over. */
static int64_t waited_until_ns(const Witness *witness)
{
    const int64_t over_ns = witness->closed && witness->end_ns < INT64_MAX ? witness->end_ns + 1 : INT64_MAX;
    return MIN(witness->served_ns, over_ns);
}

static bool has_waited(const Witness *witness)
{
    return witness->established_ns < waited_until_ns(witness);
}

/* The streams of each listener side by side. */
static void group(Queues *queues, Witness *const *noted, uint32_t noted_count, uint32_t listeners)
{
    queues->listeners = listeners;
    queues->first = g_new0(uint32_t, listeners + 1);
    queues->streams = g_new(uint32_t, noted_count);
    queues->times = g_new0(int64_t *, listeners);
    for (uint32_t stream = 0; stream < noted_count; stream++)
        queues->first[noted[stream]->server + 1] += has_waited(noted[stream]);
    for (uint32_t i = 0; i < listeners; i++)
        queues->first[i + 1] += queues->first[i];
    uint32_t *next = g_memdup2(queues->first, listeners * sizeof *next);
    for (uint32_t stream = 0; stream < noted_count; stream++)
        if (has_waited(noted[stream]))
            queues->streams[next[noted[stream]->server]++] = stream;
    g_free(next);
}

static int compare(const void *left, const void *right)
{
    const int64_t x = *(const int64_t *)left, y = *(const int64_t *)right;
    return (x > y) - (x < y);
}

static int64_t *sort_times(const Queues *queues, Witness *const *noted, uint32_t listener)
{
    const uint32_t *streams = &queues->streams[queues->first[listener]];
    const uint32_t count = queues->first[listener + 1] - queues->first[listener];
    int64_t *times = g_new(int64_t, 2 * (size_t)count + 1);
    for (uint32_t i = 0; i < count; i++) {
        times[i] = noted[streams[i]]->established_ns;
        times[count + i] = waited_until_ns(noted[streams[i]]);
    }
    qsort(times, count, sizeof *times, compare);
    qsort(times + count, count, sizeof *times, compare);
    return times;
}

/* How many are not after `time_ns`. */
static uint32_t rank(const int64_t *times, uint32_t count, int64_t time_ns)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (times[middle] <= time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t queues_count(Queues *queues, Witness *const *noted, uint32_t noted_count, uint32_t listeners,
                      uint32_t stream, int64_t time_ns)
{
    const Witness *witness = noted[stream];
    const uint32_t listener = witness->server;
    g_mutex_lock(&queues->lock);
    if (!queues->first)
        group(queues, noted, noted_count, listeners);
    if (!queues->times[listener])
        queues->times[listener] = sort_times(queues, noted, listener);
    const int64_t *times = queues->times[listener];
    g_mutex_unlock(&queues->lock);
    const uint32_t count = queues->first[listener + 1] - queues->first[listener];
    const uint32_t waited = rank(times, count, time_ns) - rank(times + count, count, time_ns);
    const bool is_self =
        has_waited(witness) && witness->established_ns <= time_ns && waited_until_ns(witness) > time_ns;
    return waited - is_self;
}
