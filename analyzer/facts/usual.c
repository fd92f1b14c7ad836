/* Most connections are alike in most things: a whole handshake, no reset, both FINs acknowledged, nothing
 * lost. Whether they are so in this one is found at once, and settles what many facts are, so that a
 * condition that asks only for those is decided without computing any (rules/passes/leap.c).
 *
 * It says nothing that the facts do not say: what is settled is what they would be. Where something is not as
 * usual, the facts are asked. */
#include <string.h>

#include "facts/exchange.h"
#include "facts/private.h"

/* As window.zero_at_close: the last segment of each side before the end says. */
static bool has_zero_window(const History *history)
{
    unsigned sides_left = 1 << SIDE_CLIENT | 1 << SIDE_SERVER;
    for (unsigned i = facts_end_row(history); sides_left && i-- > 0;) {
        const HistoryRow *row = &history->rows[i];
        if (row->marks & ROW_FROM_NONE || row->flags & TCP_RST)
            continue;
        if (!row->window)
            return true;
        sides_left &= ~(1u << row->side);
    }
    return false;
}

static bool is_smooth(const History *history, const HistorySide *client, const HistorySide *server)
{
    bool is_sent_once = (client->syns | server->syns | client->fins | server->fins) <= 1u;
    bool is_captured_once = client->sent && server->sent && !(client->duplicates | server->duplicates) &&
                            !(client->gap_bytes | server->gap_bytes);
    return is_sent_once && is_captured_once && history->previous == NO_CONNECTION &&
           !(history->marks_seen & EVENT_BEYOND_FIN) && !facts_have_odd_flags(history->flags_seen) &&
           !has_zero_window(history);
}

static bool is_reset_usual(const History *history)
{
    const ResetRecord *reset = history->resets;
    if (!history->reset_count)
        return true;
    return history->reset_count == 1 && history->first_reset == 0 && reset->effective &&
           !reset->after_close && !reset->sender_goes_on && !history->note_count;
}

static bool is_close_usual(const History *history, const HistorySide *client, const HistorySide *server)
{
    return client->fin && server->fin && client->fin_acked && server->fin_acked && !client->fin_first_lost &&
           !server->fin_first_lost && !history->fins_crossed;
}

static bool is_delivered(const HistorySide *client, const HistorySide *server)
{
    return client->sent && server->sent && !(client->data_unacked | server->data_unacked) &&
           !(client->after_peer_fin_bytes | server->after_peer_fin_bytes);
}

static bool is_within(int64_t value, int64_t low, int64_t high)
{
    return value >= low && value <= high;
}

static bool is_brief(const History *history, const HistorySide *client, const HistorySide *server)
{
    return client->fin && server->fin &&
           is_within(history->end_ns - history->start_ns, 0, FACTS_BRIEF_NS - 1) &&
           is_within(client->fin_ns - server->fin_ns, 1 - FACTS_BRIEF_NS, FACTS_BRIEF_NS - 1) &&
           is_within(facts_idle_before(history), 1 - FACTS_BRIEF_NS, FACTS_BRIEF_NS - 1);
}

/* And the close says nothing, as it would after a pause. */
static bool is_answered(const History *history)
{
    Waiting waiting;
    CloseStory story;
    return exchange_is_whole(history) && !(close_story(history, &story) && close_story_counts(&story)) &&
           exchange_waiting(history, SIDE_CLIENT, &waiting) && waiting.end == waiting.begin &&
           history->side[SIDE_CLIENT].data_unacked == 0 && history->side[SIDE_SERVER].data_bytes;
}

unsigned facts_usual(const History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    return (history->handshake == HANDSHAKE_FULL ? USUAL_BEGIN : 0) |
           (!history->reset_count ? USUAL_NO_RESET : 0) | (is_reset_usual(history) ? USUAL_RESET : 0) |
           (is_close_usual(history, client, server) ? USUAL_CLOSE : 0) |
           (is_delivered(client, server) ? USUAL_DELIVERED : 0) |
           (is_smooth(history, client, server) ? USUAL_SMOOTH : 0) |
           (is_brief(history, client, server) ? USUAL_BRIEF : 0) |
           (is_answered(history) ? USUAL_ANSWERED : 0);
}

/* What a fact is where that holds. */
static const struct {
    const char *fact;
    FactSettled settled;
    FactRole only; /* of that side; ROLE_NONE: of both */
} facts_settled[] = {
    {"conn.handshake", {USUAL_BEGIN, false, HANDSHAKE_FULL, HANDSHAKE_FULL}},
    {"conn.started_before_capture", {USUAL_BEGIN, false, false, false}},
    {"rst.seen", {USUAL_NO_RESET, false, false, false}},
    {"rst.captured", {USUAL_NO_RESET, false, false, false}},
    {"rst.sender_goes_on", {USUAL_RESET, true, false, false}},
    {"rst.after_forged", {USUAL_RESET, true, false, false}},
    {"rst.answers.tls_alert", {USUAL_RESET, true, false, false}},
    {"rst.ignored.frame", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"rst.text", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"rst.diagnosis", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"rst.mptcp_reason", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"rst.unproven.frame", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"rst.after_close.frame", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"rst.after_close.hits_time_wait", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"challenge.frame", {USUAL_RESET, true, SETTLED_ABSENT}},
    {"fin.seen", {USUAL_CLOSE, false, true, true}},
    {"fin.acked", {USUAL_CLOSE, false, true, true}},
    {"close.crossed", {USUAL_CLOSE, false, false, false}},
    {"data.unacked", {USUAL_DELIVERED, false, 0, 0}},
    {"data.after_peer_fin", {USUAL_DELIVERED, false, 0, 0}},
    {"syn.count", {USUAL_SMOOTH, false, 0, 1}},
    {"fin.count", {USUAL_SMOOTH, false, 0, 1}},
    {"capture.duplicates", {USUAL_SMOOTH, false, 0, 0}},
    {"capture.gaps", {USUAL_SMOOTH, false, 0, 0}},
    {"capture.one_sided", {USUAL_SMOOTH, false, false, false}},
    {"conn.replaces", {USUAL_SMOOTH, false, 0, 0}},
    {"data.beyond_fin_frame", {USUAL_SMOOTH, true, SETTLED_ABSENT}},
    {"odd_flags.kind", {USUAL_SMOOTH, true, SETTLED_ABSENT}},
    {"window.zero_at_close", {USUAL_SMOOTH, true, false, false}},
    {"conn.duration", {USUAL_BRIEF, false, 0, FACTS_BRIEF_NS - 1}},
    {"close.idle_before", {USUAL_BRIEF, true, 1 - FACTS_BRIEF_NS, FACTS_BRIEF_NS - 1}},
    {"close.idle", {USUAL_ANSWERED, true, 0, CLOSES_PAUSE_NS - 1}},
    {"waiting.bytes", {USUAL_ANSWERED, false, 0, 0}, ROLE_CLIENT},
    {"waiting.frame", {USUAL_ANSWERED, true, SETTLED_ABSENT}, ROLE_CLIENT},
    {"waiting.for", {USUAL_ANSWERED, true, SETTLED_ABSENT}, ROLE_CLIENT},
    {"waiting.at_close", {USUAL_ANSWERED, true, false, false}, ROLE_CLIENT},
    {"data.bytes", {USUAL_ANSWERED, false, 1, INT64_MAX}, ROLE_SERVER},
    {"closed_together.count", {USUAL_ANSWERED, true, SETTLED_ABSENT}},
    {"idle_closes.agree", {USUAL_ANSWERED, true, SETTLED_ABSENT}},
    {"idle_closes.agrees", {USUAL_ANSWERED, true, SETTLED_ABSENT}},
    {"cut_waits.count", {USUAL_ANSWERED, true, SETTLED_ABSENT}},
    {"close.half_closed_for", {USUAL_BRIEF, true, 1 - FACTS_BRIEF_NS, FACTS_BRIEF_NS - 1}},
};

bool fact_settled(FactRef ref, FactSettled *ret_settled)
{
    const char *name = fact_ref_row(ref)->name;
    for (unsigned i = 0; i < G_N_ELEMENTS(facts_settled); i++) {
        const char *fact = facts_settled[i].fact;
        const FactRole only = facts_settled[i].only;
        if (*fact != *name || (only && only != ref.role) ||
            strcmp(fact, name)) /* every test of every rule is looked up at the start */
            continue;
        *ret_settled = facts_settled[i].settled;
        /* for nobody may play the role */
        ret_settled->may_be_absent |= ref.role > ROLE_SERVER;
        return true;
    }
    return false;
}
