/* What of an RST is like, or unlike, the other segments of its side: TTL, IP id, timestamps, window.
 *
 * The latest segments are what to compare with: a route, a DSCP or a load balancer that answers the SYN itself
 * changes the TTL for good. */
#include "endpoint/resets.h"

/* How many segments before the RST have a say in what its side's TTL is. */
enum { LATEST = 3 };

/* Farther than this an IP id does not go on from another; nearer than that it does, also where one counter
 * serves all connections of a host. */
enum { ID_STEP_FAR = 1024, ID_STEP_NEAR = 256 };

static uint64_t normal_rows(const History *history, unsigned side)
{
    uint64_t rows = history->sets.segments[side];
    for (uint64_t rest = rows & history->sets.controls; rest; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        if (history->rows[i].flags & TCP_RST)
            rows &= ~(UINT64_C(1) << i);
    }
    return rows;
}

/* Hops that a packet has come, from the values that stacks begin with. */
static unsigned hops(uint8_t ttl)
{
    return (ttl > 128 ? 255u : ttl > 64 ? 128u : ttl > 32 ? 64u : 32u) - ttl;
}

/* What a kernel answers without a socket may begin with another value (Linux 2.2, Solaris: 255 beside 64), so
 * an RST from the same distance is like the others. */
static void compare_ttl(const History *history, uint64_t before, uint64_t after, ResetRecord *reset)
{
    unsigned distance = hops(history->rows[reset->row].ttl);
    bool is_like = false;
    for (unsigned n = 0; n < LATEST && before; n++) {
        unsigned i = row_set_last(before);
        is_like |= hops(history->rows[i].ttl) == distance;
        before &= ~(UINT64_C(1) << i);
    }
    if (after)
        is_like |= hops(history->rows[row_set_first(after)].ttl) == distance;
    reset->ttl_differs = reset->ttl_known && !is_like;
}

/* The last before it that has one: a SYN-ACK of Linux has none, nor has the last ACK of a connection. */
static bool compare_ip_id(const History *history, uint64_t before, ResetRecord *reset)
{
    for (; before; before &= ~(UINT64_C(1) << row_set_last(before))) {
        const HistoryRow *row = &history->rows[row_set_last(before)];
        uint16_t ip_id = history->rows[reset->row].ip_id;
        if (!row->ip_id)
            continue;
        uint16_t step = (uint16_t)(ip_id - row->ip_id);
        reset->ip_id_differs = step > ID_STEP_FAR;
        return ip_id && step && step <= ID_STEP_NEAR;
    }
    return false;
}

/* Where they are in use: a SYN only offers them. */
static bool uses_timestamps(const HistoryRow *row)
{
    return row->marks & EVENT_TIMESTAMPS && (row->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN;
}

/* The window that this side advertised last, or -1: that of a SYN is not scaled, others may be. */
static int32_t last_window(const History *history, const Progress *progress, Side side)
{
    if (progress->last_normal[side] == EVENTS_MAX)
        return -1;
    const HistoryRow *row = &history->rows[progress->last_normal[side]];
    return row->flags & TCP_SYN && history->side[side].wscale ? -1 : row->window;
}

int reset_window_mark(const History *history, const Progress *progress, const ResetRecord *reset,
                      const HistoryRow *answered)
{
    int32_t window = history->rows[reset->row].window;
    int32_t own = last_window(history, progress, reset->side);
    int32_t others = answered ? answered->window : last_window(history, progress, side_other(reset->side));
    if (!window || own < 0 || own == others)
        return 0;
    return window == own ? 1 : window == others ? -1 : 0;
}

void reset_find_marks(const History *history, const Progress *progress, ResetRecord *reset)
{
    const HistoryRow *row = &history->rows[reset->row];
    uint64_t normal = normal_rows(history, reset->side);
    uint64_t before = normal & rows_before(reset->row), after = normal & rows_after(reset->row);
    reset->ttl_known = normal != 0;
    compare_ttl(history, before, after, reset);
    bool id_goes_on = compare_ip_id(history, before, reset);
    uint64_t nearest = before ? before : after;
    bool has_timestamps =
        nearest && uses_timestamps(&history->rows[before ? row_set_last(before) : row_set_first(after)]);
    reset->timestamps_missing = has_timestamps && !(row->marks & EVENT_TIMESTAMPS);
    reset->has_own_marks = id_goes_on || (has_timestamps && row->marks & EVENT_TIMESTAMPS) ||
                           reset_window_mark(history, progress, reset, NULL) > 0;
}
