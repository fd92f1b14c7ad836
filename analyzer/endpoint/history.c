/* Puts a history together: who is who, the rows, the FINs and what acknowledged them, the sums of each side.
 */
#include "endpoint/history.h"

#include "endpoint/private.h"

const char *handshake_name(Handshake handshake)
{
    static const char *const names[] = {"full", "simultaneous", "syn-only", "unfinished", "partial", "none"};
    return names[handshake];
}

const char *rst_form_name(RstForm form)
{
    static const char *const names[] = {"reply", "abort", "other"};
    return names[form];
}

const char *rst_answers_name(RstAnswers answers)
{
    static const char *const names[] = {"nothing", "syn", "syn-ack", "data", "fin", "ack", "keepalive"};
    return names[answers];
}

static void copy_notes(History *history, const FlowTable *table, const Connection *connection)
{
    history->note_count = 0;
    for (const Note *note = flow_table_first_note(table, connection); note;
         note = flow_table_next_note(table, note))
        history->notes[history->note_count++] = *note;
}

/* Which end is the client: who sent the first SYN without ACK, or received one with it. Where no SYN was
 * captured, the lower port is taken for the server's if it is below the ephemeral ranges (IANA 49152, Linux
 * 32768) and the other is not, or if it is a well-known one; else who spoke first is taken for the client. */
static unsigned find_client(const Connection *connection, const Event *events, bool *ret_guessed)
{
    enum { WELL_KNOWN = 1024, EPHEMERAL = 32768 };
    *ret_guessed = false;
    for (unsigned i = 0; i < connection->event_count; i++) {
        if (events[i].flags & TCP_SYN && !(events[i].marks & (EVENT_ICMP | EVENT_RUN)))
            return events[i].flags & TCP_ACK ? !event_end(&events[i]) : event_end(&events[i]);
    }
    *ret_guessed = true;
    unsigned low = connection->port[0] < connection->port[1] ? 0 : 1;
    uint16_t low_port = connection->port[low], high_port = connection->port[!low];
    if ((low_port < EPHEMERAL && high_port >= EPHEMERAL) ||
        (low_port < WELL_KNOWN && high_port >= WELL_KNOWN))
        return !low;
    return 0;
}

static void add_syn(HistorySide *side, const HistoryRow *row)
{
    if (side->syns++)
        return;
    side->syn_frame = row->frame;
    side->syn_ns = row->time_ns;
    side->syn_first = !(row->flags & TCP_ACK);
}

/* Where a side is first and last seen, and its SYNs and FINs. */
static void scan_rows(History *history)
{
    const RowSets *sets = &history->sets;
    for (unsigned side = 0; side < SIDES; side++) {
        uint64_t captured = sets->captured[side];
        if (captured) {
            history->side[side].first_frame = history->rows[row_set_first(captured)].frame;
            history->side[side].last_ns = history->rows[row_set_last(captured)].time_ns;
        }
    }
    uint64_t controls = sets->controls & (sets->segments[SIDE_CLIENT] | sets->segments[SIDE_SERVER]);
    for (; controls; controls &= controls - 1) {
        unsigned i = row_set_first(controls);
        const HistoryRow *row = &history->rows[i];
        unsigned flags = row->flags;
        if (flags & TCP_RST)
            continue;
        if (flags & TCP_SYN)
            add_syn(&history->side[row->side], row);
        if (row_has_fin(row))
            history_add_fin(history, i);
    }
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    history->fins_crossed =
        client->fin && server->fin && !client->fin_acks_peer_fin && !server->fin_acks_peer_fin;
}

/* Whether one of the rows shows that the handshake was completed: the client acknowledges the server's SYN,
 * or the server sends, or takes, what comes after it. `bare_ack_counts`: so does a bare ACK of the server's,
 * which is no sign beside a SYN-ACK, since a SYN that comes again draws one in SYN_RECEIVED (RFC
 * 9293 3.10.7.4). */
static bool has_gone_on(const History *history, uint64_t rows, bool bare_ack_counts)
{
    for (; rows; rows &= rows - 1) {
        const HistoryRow *row = &history->rows[row_set_first(rows)];
        bool is_bare = row->side == SIDE_SERVER && !row->length && !(row->flags & TCP_FIN);
        if (row->ack >= (is_bare && !bare_ack_counts ? 2 : 1) &&
            (row->flags & (TCP_ACK | TCP_SYN | TCP_RST)) == TCP_ACK)
            return true;
    }
    return false;
}

static Handshake find_handshake(const History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    uint64_t segments = history->sets.segments[SIDE_CLIENT] | history->sets.segments[SIDE_SERVER];
    /* Nearly always the first that is neither SYN nor FIN shows it. */
    bool have_gone_on = has_gone_on(history, segments & ~history->sets.controls, !server->syn) ||
                        has_gone_on(history, segments & history->sets.controls, !server->syn);
    if (client->syn && server->syn) {
        if (client->syn_ack && server->syn_first)
            return HANDSHAKE_SIMULTANEOUS;
        if (!have_gone_on)
            return HANDSHAKE_UNFINISHED;
        return server->syn_ack ? HANDSHAKE_FULL : HANDSHAKE_SIMULTANEOUS;
    }
    if (client->syn)
        return have_gone_on ? HANDSHAKE_PARTIAL : HANDSHAKE_SYN_ONLY;
    if (server->syn)
        return HANDSHAKE_PARTIAL;
    return HANDSHAKE_NONE;
}

/* Nobody waits longer for an answer; what seems to take longer has wild time stamps. */
#define ROUND_TRIP_MAX_NS INT64_C(600000000000)

static int64_t round_trip(int64_t from_ns, int64_t to_ns)
{
    int64_t trip = to_ns - from_ns;
    return trip >= 0 && trip <= ROUND_TRIP_MAX_NS ? trip : -1;
}

/* As the capture point splits it; unknown where the handshake's segments were repeated. */
RoundTrips history_round_trips(const History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    RoundTrips trips = {{-1, -1}};
    if (client->syns != 1 || server->syns != 1 || server->syn_ns < client->syn_ns)
        return trips;
    trips.ns[SIDE_SERVER] = round_trip(client->syn_ns, server->syn_ns);
    for (uint64_t rest = history->sets.segments[SIDE_CLIENT]; rest; rest &= rest - 1) {
        const HistoryRow *row = &history->rows[row_set_first(rest)];
        if (row->flags & TCP_ACK && row->time_ns >= server->syn_ns) {
            trips.ns[SIDE_CLIENT] = round_trip(server->syn_ns, row->time_ns);
            break;
        }
    }
    return trips;
}

const ResetRecord *history_old_reset(const History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        bool is_before_all = client->syn && (!server->syn || reset->frame < server->syn_frame) &&
                             (!client->first_data_frame || reset->frame < client->first_data_frame);
        if (is_before_all && reset->side == SIDE_CLIENT && reset->answers == RST_ANSWERS_ACK &&
            reset->seq != 1)
            return reset;
    }
    return NULL;
}

/* Who began the end: the first FIN, or the first RST that counted, whichever came first. */
static void find_roles(History *history)
{
    history->closer = history->resetter = history->first_reset = -1;
    unsigned closing_row = EVENTS_MAX;
    if (history->fin_count) {
        /* A FIN that acknowledges the other side's is the second, wherever it was captured. */
        history->closer = history->fins[0].side;
        closing_row = history->fins[0].row;
        if (history->side[history->closer].fin_acks_peer_fin)
            history->closer = side_other((Side)history->closer);
    }
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        if (!reset->effective && !reset->ends_sender)
            continue;
        history->first_reset = (int)i;
        history->resetter = reset->side;
        if (reset->row < closing_row)
            history->closer = reset->side;
        return;
    }
}

void history_outline_of(History *history, const FlowTable *table, uint32_t stream,
                        const Connection *connection, const Event *events)
{
    /* The arrays need no clearing: their counts say how much of them is in use. */
    history->transition_count = history->fin_count = history->reset_count = 0;
    history->has_states = false;

    history->stream = stream;
    history->previous = connection->previous;
    history->start_ns = connection->first_ns;
    history->end_ns = connection->last_ns;
    history->first_frame = connection->first_frame;
    const EndCounts *counts = connection->counts;
    history->last_frame =
        counts[0].last_frame > counts[1].last_frame ? counts[0].last_frame : counts[1].last_frame;
    history->packets = counts[0].packets + counts[1].packets;

    unsigned client = find_client(connection, events, &history->roles_guessed);
    history_fill_sides(history, client, table, connection);
    history_fill_rows(history, table, connection, events);
    copy_notes(history, table, connection);
    history_drop_wild_acks(history, connection);
    history_drop_stray_fins(history);
    scan_rows(history);
    history->handshake = (uint8_t)find_handshake(history);
    if (history->has_resets)
        history_find_resets(history);
    if (history->has_resets && history->has_runs)
        history_find_storms(history);
    find_roles(history);
    history_find_exchange(history, connection, events);
    history_find_stalls(history);
}

void history_complete(History *history)
{
    if (!history->has_states)
        history_replay_states(history);
    history->has_states = true;
}

void history_outline(History *history, const FlowTable *table, uint32_t stream)
{
    ConnectionRecord record;
    flow_table_read(table, stream, &record);
    history_outline_of(history, table, stream, &record.connection, record.events);
}

void history_build(History *history, const FlowTable *table, uint32_t stream)
{
    history_outline(history, table, stream);
    history_complete(history);
}
