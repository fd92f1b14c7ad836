/* Replays both TCP state machines (RFC 9293 3.10) over the rows.
 *
 * What a side does itself takes effect where it was captured. What the other side sent is pending until the
 * side's own next segment shows whether it had arrived: an ACK number that covers a FIN proves it received,
 * one that does not proves it still under way (or lost). What is pending when the side sends no more is
 * presumed to have arrived, unless its sender had to send it again. */
#include <string.h>

#include "endpoint/private.h"

/* What one side was sent and has not been seen to receive. Rows, -1 for none. */
typedef struct {
    int syn;           /* SYN or SYN-ACK */
    int syn_ack;       /* first segment that acknowledges this side's SYN */
    int fin_ack;       /* first segment that acknowledges this side's FIN */
    int fin;           /* latest copy of the FIN */
    int rst;           /* an RST that counted */
    bool fin_repeated; /* its sender had to repeat it, or bytes before it */
} Pending;

typedef struct {
    History *history;
    TcpState state[SIDES];
    Pending pending[SIDES]; /* at this side */
    int last_own[SIDES];    /* its last row so far, -1 for none */
    bool fin_sent[SIDES], fin_acked[SIDES], fin_received[SIDES];
} Replay;

static void move_to(Replay *replay, Side side, TcpState to, int row, bool inferred)
{
    History *history = replay->history;
    TcpState from = replay->state[side];
    if (from == to)
        return;
    replay->state[side] = to;
    history->side[side].established |= to >= TCP_STATE_ESTABLISHED;
    if (from == TCP_STATE_UNKNOWN || history->transition_count == HISTORY_TRANSITIONS_MAX)
        return;
    /* Shown no earlier than what the side sent before it happened. */
    int shown = row > replay->last_own[side] ? row : replay->last_own[side];
    history->transitions[history->transition_count++] = (Transition){
        .frame = history->rows[row].frame,
        .row = (uint8_t)shown,
        .side = side,
        .from = from,
        .to = to,
        .inferred = inferred,
    };
    history->rows[shown].changed |= 1u << side;
}

/* `row` acknowledges this side's SYN or FIN. */
static void arrive_ack(Replay *replay, Side side, int row, bool inferred)
{
    const HistoryRow *segment = &replay->history->rows[row];
    const HistorySide *self = &replay->history->side[side];
    TcpState state = replay->state[side];
    if (state == TCP_STATE_SYN_RECEIVED && segment->ack >= 1)
        move_to(replay, side, TCP_STATE_ESTABLISHED, row, inferred);
    if (!replay->fin_sent[side] || replay->fin_acked[side] || segment->ack <= self->fin_seq)
        return;
    replay->fin_acked[side] = true;
    if (state == TCP_STATE_FIN_WAIT_1)
        move_to(replay, side, TCP_STATE_FIN_WAIT_2, row, inferred);
    else if (state == TCP_STATE_CLOSING)
        move_to(replay, side, TCP_STATE_TIME_WAIT, row, inferred);
    else if (state == TCP_STATE_LAST_ACK)
        move_to(replay, side, TCP_STATE_CLOSED, row, inferred);
}

static void arrive_fin(Replay *replay, Side side, int row, bool inferred)
{
    if (replay->fin_received[side])
        return;
    replay->fin_received[side] = true;
    switch (replay->state[side]) {
    case TCP_STATE_SYN_RECEIVED:
    case TCP_STATE_ESTABLISHED:
        move_to(replay, side, TCP_STATE_CLOSE_WAIT, row, inferred);
        break;
    case TCP_STATE_FIN_WAIT_1:
        move_to(replay, side, TCP_STATE_CLOSING, row, inferred);
        break;
    case TCP_STATE_FIN_WAIT_2:
        move_to(replay, side, TCP_STATE_TIME_WAIT, row, inferred);
        break;
    default:
        break;
    }
}

/* The SYN-ACK reaches the side that sent the SYN. It may acknowledge data that went with it (RFC 7413). */
static void arrive_syn(Replay *replay, Side side, int row, bool inferred)
{
    const HistoryRow *segment = &replay->history->rows[row];
    bool is_acceptable = segment->ack >= 1 && segment->ack <= replay->history->side[side].next;
    if (replay->state[side] == TCP_STATE_SYN_SENT && segment->flags & TCP_ACK && is_acceptable)
        move_to(replay, side, TCP_STATE_ESTABLISHED, row, inferred);
}

static void arrive_rst(Replay *replay, Side side, int row, bool inferred)
{
    if (replay->state[side] != TCP_STATE_LISTEN)
        move_to(replay, side, TCP_STATE_CLOSED, row, inferred);
}

static void arrive_fin_ack(Replay *replay, Side side, int until, bool inferred)
{
    Pending *pending = &replay->pending[side];
    if (pending->fin_ack >= 0 && pending->fin_ack <= until) {
        arrive_ack(replay, side, pending->fin_ack, inferred);
        pending->fin_ack = -1;
    }
}

/* Lets what is pending at `side` up to row `until` arrive, in the order in which it was sent. */
static void arrive_until(Replay *replay, Side side, int until, bool inferred)
{
    Pending *pending = &replay->pending[side];
    if (pending->syn >= 0 && pending->syn <= until) {
        arrive_syn(replay, side, pending->syn, inferred);
        pending->syn = -1;
    }
    if (pending->syn_ack >= 0 && pending->syn_ack <= until) {
        arrive_ack(replay, side, pending->syn_ack, inferred);
        pending->syn_ack = -1;
    }
    if (pending->fin >= 0 && pending->fin <= until) {
        arrive_fin_ack(replay, side, pending->fin, inferred);
        arrive_ack(replay, side, pending->fin, inferred); /* a FIN carries an ACK, which is processed first */
        arrive_fin(replay, side, pending->fin, inferred);
        pending->fin = -1;
    }
    arrive_fin_ack(replay, side, until, inferred);
}

/* Rows are none where even what they have in common is negative. */
static bool is_empty(const Pending *pending)
{
    return (pending->syn & pending->syn_ack & pending->fin_ack & pending->fin) < 0;
}

/* What this segment proves its sender to have received. */
static void prove_arrivals(Replay *replay, Side side, int row)
{
    const History *history = replay->history;
    const HistoryRow *segment = &history->rows[row];
    Pending *pending = &replay->pending[side];
    const HistorySide *peer = &history->side[side_other(side)];
    if (!(segment->flags & TCP_ACK) || is_empty(pending))
        return;
    if (pending->fin >= 0 && segment->ack > peer->fin_seq) {
        arrive_until(replay, side, row, false);
        return;
    }
    /* Its own SYN or FIN again: the acknowledgement that passed before had not arrived, or was not taken. */
    bool repeats_fin = row_has_fin(segment) && replay->fin_sent[side];
    int fin = pending->fin;
    pending->fin = -1; /* not yet */
    if (segment->flags & TCP_SYN && replay->state[side] == TCP_STATE_SYN_RECEIVED)
        pending->syn_ack = -1;
    if (repeats_fin)
        pending->fin_ack = -1;
    arrive_until(replay, side, row, false);
    pending->fin = fin;
}

static void act_syn(Replay *replay, Side side, const HistoryRow *segment, int row)
{
    TcpState state = replay->state[side];
    if (!(segment->flags & TCP_ACK)) {
        if (state == TCP_STATE_CLOSED)
            move_to(replay, side, TCP_STATE_SYN_SENT, row, false);
        return;
    }
    if (state == TCP_STATE_LISTEN || state == TCP_STATE_SYN_SENT)
        move_to(replay, side, TCP_STATE_SYN_RECEIVED, row, false);
}

static void act_fin(Replay *replay, Side side, int row)
{
    if (replay->fin_sent[side])
        return;
    replay->fin_sent[side] = true;
    if (replay->state[side] == TCP_STATE_ESTABLISHED || replay->state[side] == TCP_STATE_SYN_RECEIVED)
        move_to(replay, side, TCP_STATE_FIN_WAIT_1, row, false);
    else if (replay->state[side] == TCP_STATE_CLOSE_WAIT)
        move_to(replay, side, TCP_STATE_LAST_ACK, row, false);
}

static const ResetRecord *reset_of_row(const History *history, int row)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        if (history->resets[i].row == row)
            return &history->resets[i];
    }
    return NULL;
}

static void act_rst(Replay *replay, Side side, int row)
{
    ResetRecord *reset = (ResetRecord *)reset_of_row(replay->history, row);
    if (!reset)
        return;
    /* What is still pending came before: of an abort all that its ACK covers, of a reply all that was sent
     * before the segment it answers. */
    Pending *pending = &replay->pending[side];
    bool is_reply = reset->form == RST_FORM_REPLY;
    bool fin_covered =
        is_reply ? !pending->fin_repeated : reset->ack > replay->history->side[side_other(side)].fin_seq;
    int fin = pending->fin;
    if (!fin_covered)
        pending->fin = -1;
    if (reset->form != RST_FORM_OTHER)
        arrive_until(replay, side, is_reply ? reset->answers_row - 1 : row, true);
    if (!fin_covered)
        pending->fin = fin;
    reset->state_of_sender = replay->state[side];
    bool is_gone = reset->ends_sender || (is_reply && !reset->sender_goes_on && !reset->foreign);
    if (is_gone && replay->state[side] != TCP_STATE_LISTEN)
        move_to(replay, side, TCP_STATE_CLOSED, row, false);
    if (reset->effective)
        replay->pending[side_other(side)].rst = row;
}

/* A segment is on its way to the other side. */
static void send_to(Replay *replay, Side side, const HistoryRow *segment, int row)
{
    Pending *pending = &replay->pending[side];
    bool acks = segment->flags & TCP_ACK;
    if (segment->flags & TCP_SYN)
        pending->syn = row;
    if (acks && pending->syn_ack < 0 && replay->state[side] == TCP_STATE_SYN_RECEIVED)
        pending->syn_ack = row;
    if (acks && pending->fin_ack < 0 && replay->fin_sent[side] &&
        segment->ack > replay->history->side[side].fin_seq)
        pending->fin_ack = row;
    if (row_has_fin(segment)) {
        pending->fin_repeated |= pending->fin >= 0;
        pending->fin = row;
    } else if (pending->fin >= 0 && segment->length && segment->marks & EVENT_RETRANSMISSION) {
        pending->fin_repeated = true; /* bytes before it are missing there: it cannot be taken yet */
    }
}

/* A side whose SYN was captured begins where RFC 9293 lets it begin. Where the capture starts later, both
 * were ESTABLISHED if each is seen to send data or its first FIN afterwards; else its state cannot be known.
 */
static TcpState first_state(const History *history, Side side)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    const HistorySide *self = &history->side[side];
    if (self->syn)
        return side == SIDE_CLIENT || self->syn_first ? TCP_STATE_CLOSED : TCP_STATE_LISTEN;
    if (client->syn || server->syn) {
        /* The other half of a handshake that was completed: ESTABLISHED once it goes on. */
        if (history->handshake == HANDSHAKE_PARTIAL && self->sent)
            return side == SIDE_CLIENT ? TCP_STATE_SYN_SENT : TCP_STATE_SYN_RECEIVED;
        return TCP_STATE_UNKNOWN;
    }
    bool client_open = client->first_data_frame || client->fin_frame;
    bool server_open = server->first_data_frame || server->fin_frame;
    return client_open && server_open ? TCP_STATE_ESTABLISHED : TCP_STATE_UNKNOWN;
}

/* Whatever is still pending arrives, unless its sender had to repeat it in vain. */
static void finish(Replay *replay)
{
    int last = replay->history->row_count - 1;
    for (unsigned side = 0; side < SIDES; side++) {
        Pending *pending = &replay->pending[side];
        if (pending->fin_repeated)
            pending->fin = -1;
        arrive_until(replay, (Side)side, last, true);
        if (pending->rst >= 0)
            arrive_rst(replay, (Side)side, pending->rst, true);
    }
}

/* Transitions lie in the order in which they happened: a side may pass through two states in one row. */
static void fill_row_states(History *history, const TcpState first[SIDES])
{
    for (unsigned t = 0; t < history->transition_count; t++) {
        const Transition *transition = &history->transitions[t];
        history->rows[transition->row].state[transition->side] = transition->to;
    }
    uint8_t state[SIDES] = {(uint8_t)first[SIDE_CLIENT], (uint8_t)first[SIDE_SERVER]};
    for (unsigned i = 0; i < history->row_count; i++) {
        HistoryRow *row = &history->rows[i];
        for (unsigned side = 0; side < SIDES; side++) {
            if (row->changed & 1u << side)
                state[side] = row->state[side];
            row->state[side] = state[side];
        }
    }
}

void history_replay_states(History *history)
{
    Replay replay = {.history = history, .last_own = {-1, -1}};
    TcpState first[SIDES];
    for (unsigned side = 0; side < SIDES; side++) {
        replay.pending[side] = (Pending){-1, -1, -1, -1, -1, false};
        first[side] = replay.state[side] = first_state(history, (Side)side);
        history->side[side].established = first[side] == TCP_STATE_ESTABLISHED;
    }

    for (int i = 0; i < history->row_count; i++)
        history->rows[i].changed = 0;

    for (int i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!row_is_segment(row))
            continue;
        Side side = row->side;
        if (row->flags & TCP_RST) {
            act_rst(&replay, side, i);
        } else {
            prove_arrivals(&replay, side, i);
            if (row->flags & TCP_SYN)
                act_syn(&replay, side, row, i);
            else if (replay.state[side] == TCP_STATE_SYN_SENT && history->side[side].syn == false)
                move_to(&replay, side, TCP_STATE_ESTABLISHED, i, true);
            if (row_has_fin(row))
                act_fin(&replay, side, i);
            send_to(&replay, side_other(side), row, i);
        }
        replay.last_own[side] = i;
    }
    finish(&replay);
    fill_row_states(history, first);
    for (unsigned side = 0; side < SIDES; side++)
        history->side[side].state = (uint8_t)replay.state[side];
}
