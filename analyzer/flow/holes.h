/* The holes in the sequence space of both ends of a connection: numbers below SND.NXT that no captured
 * segment has carried yet. Most connections never have one, and pay nothing. */
#pragma once

#include "base/bounds.h"
#include "flow/connection.h"
#include "flow/pool.h"

typedef struct {
    int64_t begin, end; /* relative numbers, end not included */
} Hole;

typedef struct {
    Hole holes[2][HOLES_MAX]; /* of each end, ascending */
    uint8_t count[2];
} HoleList;

void hole_store_init(Pool *pool, Arena *arena);

/* Numbers [begin, end) of `end_index` were skipped. */
void holes_add(Pool *pool, Connection *connection, unsigned end_index, int64_t begin, int64_t end);

/* Numbers [begin, end) were seen after all; true where any of them had been missing. */
bool holes_fill(Pool *pool, Connection *connection, unsigned end_index, int64_t begin, int64_t end);

/* Forgets all holes of that end, for a new sequence space. */
void holes_forget(Pool *pool, Connection *connection, unsigned end_index);

/* Missing numbers below `limit`, including those of forgotten holes, and one beyond the last number up to
 * which nothing is missing. */
int64_t holes_missing_below(const Pool *pool, const Connection *connection, unsigned end_index,
                            int64_t limit);
bool holes_reach_top(const Pool *pool, const Connection *connection, unsigned end_index);
int64_t holes_contiguous(const Pool *pool, const Connection *connection, unsigned end_index);
