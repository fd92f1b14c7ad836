/* Puts a history together: who is who, the rows, the FINs and what acknowledged them, the sums of each side.
 */
#include "endpoint/history.h"

#include <string.h>

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

/* Every field by itself: clearing the row first would take longer than all the rest. */
static void fill_row(HistoryRow *row, const Connection *connection, const Event *event,
                     const uint8_t side_of[2])
{
    unsigned end = event_end(event);
    bool is_run = event->marks & EVENT_RUN;
    row->time_ns = event->time_ns;
    row->frame = event->frame;
    row->marks = event->marks;
    row->first_frame = is_run ? event->seq : event->frame;
    row->segments = is_run ? event->length : 1;
    row->data_segments = is_run ? event->ack : 0;
    row->side = is_run ? 0 : side_of[end];
    row->flags = is_run ? 0 : event->flags;
    row->ttl = is_run ? 0 : event->ttl;
    row->length = is_run ? 0 : event->length;
    row->window = is_run ? 0 : event->window;
    row->ip_id = is_run ? 0 : event->ip_id;
    row->seq = is_run ? 0 : connection_relative(connection, end, event->seq);
    row->ack = row->flags & TCP_ACK ? connection_relative(connection, !end, event->ack) : 0;
    row->state[SIDE_CLIENT] = row->state[SIDE_SERVER] = row->changed = 0;
}

/* The bits of flags_seen whose number has TCP_RST set. */
#define FLAGS_WITH_RST UINT64_C(0xf0f0f0f0f0f0f0f0)

static void fill_rows(History *history, const Connection *connection, const Event *events)
{
    uint8_t side_of[2];
    side_of[history->side[SIDE_CLIENT].end] = SIDE_CLIENT;
    side_of[history->side[SIDE_SERVER].end] = SIDE_SERVER;
    history->row_count = (uint8_t)connection->event_count;
    uint16_t marks = 0;
    uint64_t flags = 0;
    for (unsigned i = 0; i < connection->event_count; i++) {
        fill_row(&history->rows[i], connection, &events[i], side_of);
        marks |= events[i].marks;
        flags |= UINT64_C(1) << (history->rows[i].flags & 63);
    }
    history->marks_seen = marks;
    history->flags_seen = flags;
    history->has_runs = marks & EVENT_RUN;
    history->has_resets = flags & FLAGS_WITH_RST;
}

static void fill_numbers(HistorySide *side, const FlowTable *table, const Connection *connection)
{
    unsigned end = side->end;
    const Sequence *sequence = &connection->sequence[end];
    uint8_t known = connection->known[end];

    side->next = sequence->next;
    side->acked = sequence->acked;
    if (sequence->acked_beyond > side->acked && sequence->acked_beyond > 0)
        side->acked = sequence->acked_beyond;
    side->received = connection->sequence[!end].acked;
    if (connection->sequence[!end].acked_beyond > 0)
        side->received = connection->sequence[!end].acked_beyond;

    int64_t fin = known & KNOWN_FIN ? connection_fin(connection, end) : INT64_MAX;
    int64_t sent = side->acked > side->next ? side->acked : side->next;
    int64_t last = sent - 1 - (fin < sent);
    side->data_bytes = last > 0 && known & KNOWN_BASE ? last : 0;
    int64_t acked = side->acked - 1 - (fin < side->acked);
    side->data_acked = acked < 0 ? 0 : acked < side->data_bytes ? acked : side->data_bytes;
    side->data_unacked = side->data_bytes - side->data_acked;

    int64_t beyond = side->acked > side->next ? side->acked - side->next : 0;
    int64_t below =
        side->acked == ACKED_NOTHING ? 0 : flow_table_missing_below(table, connection, end, side->acked);
    side->gap_bytes = below + beyond;
    side->isn = sequence->isn;
    side->top_missing = flow_table_top_missing(table, connection, end);
    side->missing_bytes = flow_table_missing_below(table, connection, end, INT64_MAX) - below;
    if (known & KNOWN_FIN)
        side->fin_seq = fin;
}

/* Payload that was first sent after the other side's FIN had been captured. */
static int64_t sent_after_peer_fin(const Connection *connection, unsigned end, const HistorySide *side)
{
    if (!(connection->known[!end] & KNOWN_FIN))
        return 0;
    int64_t before = seq_unwrap(connection->counts[!end].peer_next_at_fin, side->next);
    int64_t after = side->next - (connection->known[end] & KNOWN_FIN && side->fin_seq < side->next);
    if (before < 1)
        before = 1;
    return after > before ? after - before : 0;
}

static void fill_side(HistorySide *side, const FlowTable *table, const Connection *connection)
{
    unsigned end = side->end;
    const EndCounts *counts = &connection->counts[end];
    uint8_t known = connection->known[end];

    side->address.version = connection->ip_version;
    memcpy(side->address.bytes, connection->address[end], 16);
    side->port = connection->port[end];
    side->sent = known & KNOWN_SENT;
    side->syn = known & KNOWN_SYN;
    side->syn_ack = known & KNOWN_SYN_ACK;
    side->fin = known & KNOWN_FIN;
    side->packets = counts->packets;
    side->last_frame = counts->last_frame;
    side->first_data_ns = counts->first_data_ns;
    side->last_data_ns = counts->last_data_ns;
    side->first_data_frame = counts->first_data_frame;
    side->last_data_frame = counts->last_data_frame;
    side->fins = counts->fins;
    side->resets = counts->resets;
    side->rst = counts->resets > 0;
    side->retransmissions = counts->retransmissions;
    side->keepalives = counts->keepalives;
    side->duplicates = counts->duplicates;
    side->window = connection->sequence[end].window;
    side->window_scaled = connection->known[0] & connection->known[1] & KNOWN_SYN;
    side->ttl = counts->ttl;
    side->wscale = connection->known[0] & connection->known[1] & KNOWN_WSCALE ? counts->wscale : 0;
    fill_numbers(side, table, connection);
    side->after_peer_fin_bytes = sent_after_peer_fin(connection, end, side);
}

/* The first row from `from` on in which the other side acknowledges `number` of `side`; -1 for none. */
static int find_ack(const History *history, unsigned from, Side side, int64_t number)
{
    for (unsigned i = from; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->side != side && row_is_segment(row) && row->flags & TCP_ACK && row->ack >= number &&
            !(row->flags & TCP_RST))
            return (int)i;
    }
    return -1;
}

/* Whether the side had gone beyond its FIN before the first copy of it that was captured. */
static bool is_beyond_before(const History *history, unsigned index, int64_t fin_seq)
{
    for (unsigned i = 0; i < index; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->side == history->rows[index].side && row_is_segment(row) && !(row->flags & TCP_RST) &&
            row->seq > fin_seq)
            return true;
    }
    return false;
}

static void add_fin(History *history, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
    HistorySide *side = &history->side[row->side], *peer = &history->side[side_other(row->side)];
    int64_t seq = row->seq + row->length + !!(row->flags & TCP_SYN);
    int ack = find_ack(history, index + 1, row->side, seq + 1);
    bool first = !side->fin_frame;
    FinRecord *fin = &history->fins[history->fin_count++];
    *fin = (FinRecord){
        .time_ns = row->time_ns,
        .seq = seq,
        .frame = row->frame,
        .ack_frame = ack < 0 ? 0 : history->rows[ack].frame,
        .length = row->length,
        .side = row->side,
        .row = (uint8_t)index,
        .retransmission = !first,
        .acks_peer_fin = peer->fin && row->flags & TCP_ACK && row->ack > peer->fin_seq,
    };
    if (first) {
        /* What the FIN acknowledges was sent before it, captured or not. */
        int64_t unknown_to_it = peer->next - (peer->fin && peer->fin_seq < peer->next) - row->ack;
        if (row->flags & TCP_ACK && unknown_to_it < peer->after_peer_fin_bytes)
            peer->after_peer_fin_bytes = unknown_to_it > 0 ? unknown_to_it : 0;
        side->fin_frame = row->frame;
        side->fin_ns = row->time_ns;
        side->fin_with_data = row->length > 0;
        side->fin_first_lost = is_beyond_before(history, index, seq);
        side->fin_acks_peer_fin = fin->acks_peer_fin;
    }
    if (!side->fin_ack_frame && ack >= 0) {
        side->fin_ack_frame = fin->ack_frame;
        side->fin_ack_ns = history->rows[ack].time_ns;
    }
    side->fin_acked = side->fin_ack_frame || side->acked > side->fin_seq;
}

static void scan_rows(History *history)
{
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->marks & EVENT_RUN)
            continue;
        HistorySide *side = &history->side[row->side];
        if (row->marks & EVENT_ICMP)
            continue;
        if (!side->first_frame)
            side->first_frame = row->frame;
        side->last_ns = row->time_ns;
        if (!row_is_segment(row) || row->flags & TCP_RST)
            continue;
        if (row->flags & TCP_SYN && !side->syns++) {
            side->syn_frame = row->frame;
            side->syn_ns = row->time_ns;
            side->syn_first = !(row->flags & TCP_ACK);
        }
        if (row->flags & TCP_FIN)
            add_fin(history, i);
    }
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    history->fins_crossed =
        client->fin && server->fin && !client->fin_acks_peer_fin && !server->fin_acks_peer_fin;
}

/* Whether `side` was seen to acknowledge the other side's SYN, or to go beyond its own. */
static bool went_on(const History *history, Side side)
{
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->side == side && row_is_segment(row) && row->flags & TCP_ACK &&
            !(row->flags & (TCP_SYN | TCP_RST)) && row->ack >= 1)
            return true;
    }
    return false;
}

static Handshake find_handshake(const History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    bool client_went_on = went_on(history, SIDE_CLIENT), server_went_on = went_on(history, SIDE_SERVER);
    if (client->syn && server->syn) {
        if (client->syn_ack && server->syn_first)
            return HANDSHAKE_SIMULTANEOUS;
        if (!client_went_on && !server_went_on)
            return HANDSHAKE_UNFINISHED;
        return server->syn_ack ? HANDSHAKE_FULL : HANDSHAKE_SIMULTANEOUS;
    }
    if (client->syn)
        return server_went_on || client_went_on ? HANDSHAKE_PARTIAL : HANDSHAKE_SYN_ONLY;
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

/* The handshake's round trip as the capture point splits it; unknown where its segments were repeated. */
static void find_round_trips(History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    history->rtt_ns[SIDE_CLIENT] = history->rtt_ns[SIDE_SERVER] = -1;
    if (client->syns != 1 || server->syns != 1 || server->syn_ns < client->syn_ns)
        return;
    history->rtt_ns[SIDE_SERVER] = round_trip(client->syn_ns, server->syn_ns);
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->side == SIDE_CLIENT && row_is_segment(row) && row->flags & TCP_ACK &&
            row->time_ns >= server->syn_ns) {
            history->rtt_ns[SIDE_CLIENT] = round_trip(server->syn_ns, row->time_ns);
            return;
        }
    }
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
    memset(history->side, 0, sizeof history->side);
    history->row_count = history->transition_count = history->fin_count = history->reset_count = 0;
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
    history->side[SIDE_CLIENT].end = (uint8_t)client;
    history->side[SIDE_SERVER].end = (uint8_t)!client;
    fill_side(&history->side[SIDE_CLIENT], table, connection);
    fill_side(&history->side[SIDE_SERVER], table, connection);
    fill_rows(history, connection, events);
    copy_notes(history, table, connection);
    scan_rows(history);
    history->handshake = (uint8_t)find_handshake(history);
    find_round_trips(history);
    if (history->has_resets)
        history_find_resets(history);
    find_roles(history);
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
