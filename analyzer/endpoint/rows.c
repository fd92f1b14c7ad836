/* The rows of a history: one for each event, its numbers relative, its sender a side.
 *
 * Every connection pays for this, and for nearly nothing else of its history, so it is one straight pass over
 * the events. What only some rows have is left to sets of rows, which are shifted in from the last row to the
 * first. */
#include <glib.h>
#include <stddef.h>
#include <string.h>

#include "endpoint/private.h"

_Static_assert(offsetof(HistoryRow, length) == offsetof(Event, length) &&
                   offsetof(HistoryRow, ttl) == offsetof(Event, ttl) &&
                   offsetof(HistoryRow, seq) == sizeof(Event),
               "a row begins as its event, so that it can be copied in one");

/* Rows with any of these marks, which few connections have at all. */
static uint64_t rows_marked(const History *history, unsigned marks)
{
    uint64_t set = 0;
    for (unsigned i = history->marks_seen & marks ? history->row_count : 0; i-- > 0;)
        set = set << 1 | !!(history->rows[i].marks & marks);
    return set;
}

/* An event that is a run says how many segments where others have their length; it has no flags. */
static void change_to_run(HistoryRow *row, unsigned run)
{
    row->segments = row->length;
    row->run = (uint16_t)run;
    row->length = row->window = row->ttl = row->side = 0;
    row->seq = row->ack = 0;
}

static void fill_runs(History *history, const FlowTable *table, const Event *events)
{
    unsigned client = history->side[SIDE_CLIENT].end, run = 0;
    for (uint64_t rest = history->sets.runs; rest; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        const EventRun *ends = flow_table_run(table, &events[i]);
        history->runs[run].side[SIDE_CLIENT] = ends->end[client];
        history->runs[run].side[SIDE_SERVER] = ends->end[!client];
        change_to_run(&history->rows[i], run++);
    }
}

/* The numbers of rows of which 32 bits do not tell enough: in order, as flow unwrapped them. */
static void unwrap_rows(History *history, const FlowTable *table, const Connection *connection,
                        const Event *events, Unwrapping *at)
{
    for (unsigned i = 0; i < connection->event_count; i++) {
        const Event *event = &events[i];
        HistoryRow *row = &history->rows[i];
        unsigned end = event_end(event);
        if (event->marks & EVENT_RUN) {
            unwrapping_pass(at, flow_table_run(table, event));
            continue;
        }
        row->seq = unwrap_number(at, end, event->seq);
        row->ack = event->flags & TCP_ACK ? unwrap_number(at, !end, event->ack) : 0;
        unwrapping_step(at, event);
    }
}

/* What only some rows have. */
static void find_sets(History *history, uint64_t of_server, uint64_t controls)
{
    uint64_t all = history->row_count ? ~rows_after(history->row_count - 1u) : 0;
    uint64_t captured = all & ~rows_marked(history, EVENT_RUN | EVENT_ICMP);
    uint64_t segments = all & ~rows_marked(history, EVENT_NO_SEGMENT);
    history->sets = (RowSets){
        .captured = {captured & ~of_server, captured & of_server},
        .segments = {segments & ~of_server, segments & of_server},
        .controls = controls,
        .runs = rows_marked(history, EVENT_RUN),
    };
}

/* The bits of flags_seen whose number has TCP_RST set. */
#define FLAGS_WITH_RST UINT64_C(0xf0f0f0f0f0f0f0f0)

/* Not inlined, since the loop needs all registers for itself. */
static G_GNUC_NO_INLINE void fill_rows(History *restrict history, const Connection *restrict connection,
                                       const Event *restrict events)
{
    const Sequence *sequence = connection->sequence;
    unsigned client = history->side[SIDE_CLIENT].end;
    /* SND.NXT of both ends, relative and on the wire: all other numbers are counted from there, as
     * connection_relative() does. End 0 stands there twice, so that the other end is always the next. */
    const int64_t next[] = {sequence[0].next, sequence[1].next, sequence[0].next};
    const uint32_t wire_0 = sequence[0].isn + (uint32_t)next[0], wire_1 = sequence[1].isn + (uint32_t)next[1];
    const uint32_t wire[] = {wire_0, wire_1, wire_0};
    unsigned marks = 0;
    uint64_t flags = 0, of_server = 0, controls = 0;
    for (unsigned i = connection->event_count; i-- > 0;) {
        const Event *event = &events[i];
        HistoryRow *row = &history->rows[i];
        unsigned end = event_end(event), peer = end + 1, side = end ^ client;
        memcpy(row, event, sizeof *event);
        row->seq = next[end] + seq_diff(event->seq, wire[end]);
        row->ack = event->flags & TCP_ACK ? next[peer] + seq_diff(event->ack, wire[peer]) : 0;
        row->side = (uint8_t)side;
        marks |= event->marks;
        flags |= UINT64_C(1) << (event->flags & 63);
        of_server = of_server * 2 + side;
        controls = controls * 2 + !!(event->flags & (TCP_SYN | TCP_FIN | TCP_RST));
    }
    history->row_count = (uint8_t)connection->event_count;
    history->marks_seen = (uint16_t)marks;
    history->flags_seen = flags;
    history->has_runs = marks & EVENT_RUN;
    history->has_resets = flags & FLAGS_WITH_RST;
    find_sets(history, of_server, controls);
}

void history_fill_rows(History *history, const FlowTable *table, const Connection *connection,
                       const Event *events)
{
    fill_rows(history, connection, events);
    Unwrapping at = unwrapping_begin(connection);
    if (at.is_long)
        unwrap_rows(history, table, connection, events, &at);
    if (history->has_runs)
        fill_runs(history, table, events);
}
