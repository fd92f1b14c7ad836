#include "flow/holes.h"

#include <string.h>

void hole_store_init(Pool *pool, Arena *arena)
{
    pool_init(pool, arena, sizeof(HoleList));
}

static HoleList *hole_list(const Pool *pool, const Connection *connection)
{
    return connection->hole_block ? pool_block(pool, connection->hole_block) : NULL;
}

static void remove_hole(HoleList *list, unsigned end_index, unsigned i)
{
    unsigned count = --list->count[end_index];
    memmove(&list->holes[end_index][i], &list->holes[end_index][i + 1], (count - i) * sizeof(Hole));
}

static void insert_hole(HoleList *list, unsigned end_index, unsigned i, Hole hole)
{
    unsigned count = list->count[end_index]++;
    memmove(&list->holes[end_index][i + 1], &list->holes[end_index][i], (count - i) * sizeof(Hole));
    list->holes[end_index][i] = hole;
}

static void forget_oldest(HoleList *list, Connection *connection, unsigned end_index)
{
    EndCounts *counts = &connection->counts[end_index];
    int64_t lost = list->holes[end_index][0].end - list->holes[end_index][0].begin + counts->lost_bytes;
    counts->lost_bytes = lost > UINT32_MAX ? UINT32_MAX : (uint32_t)lost;
    connection->known[end_index] |= KNOWN_OVERFLOW;
    remove_hole(list, end_index, 0);
}

void holes_add(Pool *pool, Connection *connection, unsigned end_index, int64_t begin, int64_t end)
{
    if (begin >= end)
        return;
    if (!connection->hole_block) {
        connection->hole_block = pool_take(pool);
        memset(pool_block(pool, connection->hole_block), 0, sizeof(HoleList));
    }
    HoleList *list = hole_list(pool, connection);
    if (list->count[end_index] == HOLES_MAX)
        forget_oldest(list, connection, end_index);
    insert_hole(list, end_index, list->count[end_index], (Hole){begin, end});
}

static void give_back_if_empty(Pool *pool, Connection *connection, const HoleList *list)
{
    if (list->count[0] || list->count[1])
        return;
    pool_give_back(pool, connection->hole_block);
    connection->hole_block = 0;
}

bool holes_fill(Pool *pool, Connection *connection, unsigned end_index, int64_t begin, int64_t end)
{
    HoleList *list = hole_list(pool, connection);
    if (!list)
        return false;
    bool filled = false;
    for (unsigned i = 0; i < list->count[end_index];) {
        Hole *hole = &list->holes[end_index][i];
        if (end <= hole->begin)
            break;
        if (begin >= hole->end) {
            i++;
            continue;
        }
        filled = true;
        Hole rest = {end, hole->end};
        if (begin > hole->begin) {
            hole->end = begin;
            i++;
        } else {
            remove_hole(list, end_index, i);
        }
        if (rest.begin < rest.end) {
            if (list->count[end_index] == HOLES_MAX) {
                /* No room to split: the smaller promise is that the rest is still missing. */
                list->holes[end_index][i - 1].end = rest.end;
            } else {
                insert_hole(list, end_index, i, rest);
            }
            break;
        }
    }
    give_back_if_empty(pool, connection, list);
    return filled;
}

void holes_forget(Pool *pool, Connection *connection, unsigned end_index)
{
    HoleList *list = hole_list(pool, connection);
    if (!list)
        return;
    list->count[end_index] = 0;
    give_back_if_empty(pool, connection, list);
}

int64_t holes_missing_below(const Pool *pool, const Connection *connection, unsigned end_index, int64_t limit)
{
    int64_t missing = connection->counts[end_index].lost_bytes;
    const HoleList *list = hole_list(pool, connection);
    for (unsigned i = 0; list && i < list->count[end_index]; i++) {
        const Hole *hole = &list->holes[end_index][i];
        if (hole->begin < limit)
            missing += (hole->end < limit ? hole->end : limit) - hole->begin;
    }
    return missing;
}

bool holes_reach_top(const Pool *pool, const Connection *connection, unsigned end_index)
{
    const HoleList *list = hole_list(pool, connection);
    if (!list || !list->count[end_index])
        return false;
    return list->holes[end_index][list->count[end_index] - 1].end == connection->sequence[end_index].next;
}

int64_t holes_contiguous(const Pool *pool, const Connection *connection, unsigned end_index)
{
    const HoleList *list = hole_list(pool, connection);
    if (list && list->count[end_index])
        return list->holes[end_index][0].begin;
    return connection->sequence[end_index].next;
}
