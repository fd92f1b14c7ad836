#define _GNU_SOURCE /* sched_getaffinity, and what is of a thread */
#include "base/beside.h"

#include <glib.h>
#include <pthread.h>
#include <sched.h>

struct Beside {
    pthread_t thread;
    const char *name;
    void (*function)(void *data);
    void *data;
    cpu_set_t processors; /* none: not known */
};

/* Those that this process may run on; none where they do not fit the set. */
static cpu_set_t get_processors(void)
{
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) != 0)
        CPU_ZERO(&processors);
    return processors;
}

bool beside_is_possible(void)
{
    cpu_set_t processors = get_processors();
    return CPU_COUNT(&processors) != 1;
}

static void *run(void *data)
{
    Beside *beside = data;
    if (CPU_COUNT(&beside->processors))
        pthread_setaffinity_np(pthread_self(), sizeof beside->processors, &beside->processors);
    pthread_setname_np(pthread_self(), beside->name);
    beside->function(beside->data);
    return NULL;
}

/* On any processor but this one; false where that cannot be. */
static bool begin_elsewhere(Beside *beside)
{
    cpu_set_t others = beside->processors;
    int own = sched_getcpu();
    if (own < 0 || CPU_COUNT(&others) < 2)
        return false;
    CPU_CLR((size_t)own, &others);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    bool is_made = pthread_attr_setaffinity_np(&attributes, sizeof others, &others) == 0 &&
                   pthread_create(&beside->thread, &attributes, run, beside) == 0;
    pthread_attr_destroy(&attributes);
    return is_made;
}

Beside *beside_begin(const char *name, void (*function)(void *data), void *data)
{
    Beside *beside = g_new(Beside, 1);
    *beside = (Beside){.name = name, .function = function, .data = data, .processors = get_processors()};
    if (begin_elsewhere(beside) || pthread_create(&beside->thread, NULL, run, beside) == 0)
        return beside;
    g_free(beside);
    return NULL;
}

void beside_end(Beside *beside)
{
    pthread_join(beside->thread, NULL);
    g_free(beside);
}
