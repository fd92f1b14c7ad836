#define _GNU_SOURCE /* madvise */
#include "capture/pages.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/mman.h>

/* What Linux maps around a page that is touched, unless it was told otherwise. That costs half of what
 * MADV_POPULATE_READ takes, which looks up every page again. */
enum { FAULT_AROUND_BYTES = 64 << 10 };

struct Pages {
    const uint8_t *map;
    size_t length;
    size_t read_ahead, given_back; /* up to there */

    GThread *thread; /* NULL: none. It alone uses the fields above. */
    GMutex mutex;
    GCond turned;
    size_t passed, wanted; /* of the last pages_turn() */
    bool is_ended;
};

static void advise(const Pages *pages, size_t from, size_t to, int advice)
{
    if (from < to)
        madvise((void *)(pages->map + from), to - from, advice);
}

static size_t ahead_of(const Pages *pages, size_t at)
{
    return MIN(at + PAGES_CHUNK_BYTES, pages->length);
}

static void read_ahead(Pages *pages, size_t to)
{
    advise(pages, pages->read_ahead, to, MADV_WILLNEED);
    pages->read_ahead = to;
}

static void give_back(Pages *pages, size_t passed)
{
    size_t to = passed / PAGES_CHUNK_BYTES * PAGES_CHUNK_BYTES;
    to -= MIN(to, PAGES_CHUNK_BYTES);
    advise(pages, pages->given_back, to, MADV_DONTNEED);
    pages->given_back = to;
}

/* As far as the file was seen to reach when this chunk's turn came: no less safe than reading it. */
static void touch(const Pages *pages, size_t from, size_t to)
{
    for (size_t at = from; at < to; at += FAULT_AROUND_BYTES)
        (void)*(const volatile uint8_t *)(pages->map + at);
}

static gpointer pages_thread(gpointer data)
{
    Pages *pages = data;
    size_t mapped = 0;
    g_mutex_lock(&pages->mutex);
    while (!pages->is_ended && mapped < pages->length) {
        size_t passed = pages->passed, wanted = pages->wanted, to = ahead_of(pages, wanted);
        if (to <= mapped) {
            g_cond_wait(&pages->turned, &pages->mutex);
            continue;
        }
        g_mutex_unlock(&pages->mutex);
        read_ahead(pages, ahead_of(pages, to));
        touch(pages, MAX(mapped, wanted), to);
        mapped = to;
        give_back(pages, passed);
        g_mutex_lock(&pages->mutex);
    }
    g_mutex_unlock(&pages->mutex);
    return NULL;
}

Pages *pages_new(const uint8_t *map, size_t length)
{
    Pages *pages = g_new0(Pages, 1);
    pages->map = map;
    pages->length = length;
    g_mutex_init(&pages->mutex);
    g_cond_init(&pages->turned);
    if (length > 2 * PAGES_CHUNK_BYTES && g_get_num_processors() > 1)
        pages->thread = g_thread_try_new("pages", pages_thread, pages, NULL);
    return pages;
}

void pages_turn(Pages *pages, size_t passed, size_t wanted)
{
    if (!pages->thread) {
        read_ahead(pages, ahead_of(pages, wanted));
        give_back(pages, passed);
        return;
    }
    g_mutex_lock(&pages->mutex);
    pages->passed = passed;
    pages->wanted = wanted;
    g_cond_signal(&pages->turned);
    g_mutex_unlock(&pages->mutex);
}

void pages_free(Pages *pages)
{
    if (!pages)
        return;
    if (pages->thread) {
        g_mutex_lock(&pages->mutex);
        pages->is_ended = true;
        g_cond_signal(&pages->turned);
        g_mutex_unlock(&pages->mutex);
        g_thread_join(pages->thread);
    }
    g_mutex_clear(&pages->mutex);
    g_cond_clear(&pages->turned);
    g_free(pages);
}
