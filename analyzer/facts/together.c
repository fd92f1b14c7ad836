/* Facts of how other connections of the same server and of the same client were closed. */
#include "facts/closes.h"
#include "facts/private.h"

/* The story of this connection's close, and whose it is; false where there is none, or nobody else is known.
 */
static const Closes *find_story(const FactSet *facts, CloseStory *ret_story, Whose *ret_whose)
{
    return close_story(facts->history, ret_story)
               ? fact_context_closes(facts->context, facts->history->stream, ret_whose)
               : NULL;
}

/* The same where it is a close of this side that says something. */
static const Closes *find_close(const FactSet *facts, Side side, CloseStory *ret_story, Whose *ret_whose)
{
    const bool counts =
        close_story(facts->history, ret_story) && close_story_counts(ret_story) && ret_story->closer == side;
    return counts ? fact_context_closes(facts->context, facts->history->stream, ret_whose) : NULL;
}

static void together_count(const FactSet *facts, Side side, Value *value)
{
    CloseStory story;
    Whose whose;
    const Closes *closes = find_close(facts, side, &story, &whose);
    if (closes && close_story_is_old(&story))
        value_set(value, closes_together(closes, &story, whose.server, whose.client).count, 0);
}

static void together_waiting(const FactSet *facts, Side side, Value *value)
{
    CloseStory story;
    Whose whose;
    const Closes *closes = find_close(facts, side, &story, &whose);
    if (closes && close_story_is_old(&story))
        value_set(value, closes_together(closes, &story, whose.server, whose.client).agree, 0);
}

static bool find_idle(const FactSet *facts, Side side, Agreement *ret_agreement)
{
    CloseStory story;
    Whose whose;
    const Closes *closes = find_close(facts, side, &story, &whose);
    if (!closes || story.idle_ns < 0)
        return false;
    *ret_agreement = closes_idle(closes, &story, whose.server);
    return true;
}

static void idle_count(const FactSet *facts, Side side, Value *value)
{
    Agreement agreement;
    if (find_idle(facts, side, &agreement))
        value_set(value, agreement.count, 0);
}

static void idle_agree(const FactSet *facts, Side side, Value *value)
{
    Agreement agreement;
    if (find_idle(facts, side, &agreement))
        value_set(value, agreement.agree, 0);
}

/* Of a few times that agree by chance there are others that do not. */
static bool agree(Agreement agreement)
{
    return agreement.agree >= 3 && agreement.agree * 2 > agreement.count;
}

static void idle_agrees(const FactSet *facts, Side side, Value *value)
{
    Agreement agreement;
    if (find_idle(facts, side, &agreement))
        value_set_bool(value, agree(agreement), 0);
}

static bool find_waits(const FactSet *facts, Side side, Agreement *ret_agreement)
{
    CloseStory story;
    Whose whose;
    const Closes *closes = find_close(facts, side, &story, &whose);
    if (!closes || story.waiting_ns < 0)
        return false;
    *ret_agreement = closes_waiting(closes, &story, whose.server, whose.client);
    return true;
}

static void waits_count(const FactSet *facts, Side side, Value *value)
{
    Agreement agreement;
    if (find_waits(facts, side, &agreement))
        value_set(value, agreement.count, 0);
}

static void waits_agree(const FactSet *facts, Side side, Value *value)
{
    Agreement agreement;
    if (find_waits(facts, side, &agreement))
        value_set(value, agreement.agree, 0);
}

static void waits_agree_all(const FactSet *facts, Side side, Value *value)
{
    Agreement agreement;
    if (find_waits(facts, side, &agreement))
        value_set_bool(value, agree(agreement), 0);
}

static void answered(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, fact_context_listener(facts->context, facts->history->stream)->answered, 0);
}

static void silent_closes(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Whose whose;
    const Closes *closes = fact_context_closes(facts->context, facts->history->stream, &whose);
    value_set(value, closes ? closes_silent(closes, whose.server) : 0, 0);
}

static void idle_survived(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Whose whose;
    const Closes *closes = fact_context_closes(facts->context, facts->history->stream, &whose);
    const int64_t survived_ns = closes ? closes_survived_ns(closes, whose.server) : -1;
    if (survived_ns >= 0)
        value_set(value, survived_ns, 0);
}

static bool find_empty(const FactSet *facts, uint32_t *ret_count, int64_t *ret_period_ns)
{
    CloseStory story;
    Whose whose;
    const Closes *closes = find_story(facts, &story, &whose);
    if (!closes || !story.is_empty)
        return false;
    *ret_count = closes_empty(closes, &story, whose.server, whose.client, ret_period_ns);
    return true;
}

static void empty_count(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t count;
    int64_t period_ns;
    if (find_empty(facts, &count, &period_ns))
        value_set(value, count, 0);
}

static void empty_period(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t count;
    int64_t period_ns;
    if (find_empty(facts, &count, &period_ns) && period_ns >= 0)
        value_set(value, period_ns, 0);
}

static const Closes *find_takeover(const FactSet *facts, CloseStory *ret_story, Whose *ret_whose)
{
    const Closes *closes = find_close(facts, SIDE_SERVER, ret_story, ret_whose);
    return closes && closes_taken_over_by_ns(closes, ret_story, ret_whose->server, ret_whose->client) >= 0
               ? closes
               : NULL;
}

static void takeover_after(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    CloseStory story;
    Whose whose;
    const Closes *closes = find_takeover(facts, &story, &whose);
    if (closes)
        value_set(value, story.time_ns - closes_taken_over_by_ns(closes, &story, whose.server, whose.client),
                  0);
}

static bool find_takeovers(const FactSet *facts, Agreement *ret_agreement, uint32_t *ret_starts)
{
    CloseStory story;
    Whose whose;
    const Closes *closes = find_takeover(facts, &story, &whose);
    if (closes)
        *ret_agreement = closes_takeovers(closes, whose.server, whose.client, ret_starts);
    return closes;
}

static void takeover_count(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Agreement agreement;
    uint32_t starts;
    if (find_takeovers(facts, &agreement, &starts))
        value_set(value, agreement.agree, 0);
}

static void takeover_closes(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Agreement agreement;
    uint32_t starts;
    if (find_takeovers(facts, &agreement, &starts))
        value_set(value, agreement.count, 0);
}

static void takeover_connections(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Agreement agreement;
    uint32_t starts;
    if (find_takeovers(facts, &agreement, &starts))
        value_set(value, starts, 0);
}

/* A client that opens many connections opens one before any close. */
static void takeover_repeated(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Agreement agreement;
    uint32_t starts;
    if (find_takeovers(facts, &agreement, &starts))
        value_set_bool(value,
                       agreement.agree >= 2 &&
                           agreement.agree * UINT64_C(5) >= agreement.count * UINT64_C(4) &&
                           agreement.agree * UINT64_C(2) >= starts,
                       0);
}

static const FactRow rows[] = {
    {"closed_together.count", VALUE_INT, NULL, NULL, true,
     "Connections that it closed within 100 ms of this one, this one included: of the server those to the "
     "same "
     "address and port, of the client those from the same address. Only closes of connections count that "
     "were 50 ms "
     "old, and on which the client waited for an answer, or that the server closed after a pause of 50 ms or "
     "without "
     "ever having sent a byte; absent where this one is none.",
     together_count},
    {"closed_together.waiting", VALUE_INT, NULL, NULL, true,
     "Of those, the ones on which the client was waiting for an answer, or a request was on its way.",
     together_waiting},
    {"idle_closes.count", VALUE_INT, NULL, NULL, true,
     "Connections that it, the server, closed when nothing had been said for 50 ms or more, this one "
     "included; where "
     "that was a second or more here, those where it was. Absent where this one is none.",
     idle_count},
    {"idle_closes.agree", VALUE_INT, NULL, NULL, true,
     "Of those, the ones it closed after the same idle time as this one, within 5 % or 100 ms.", idle_agree},
    {"idle_closes.agrees", VALUE_BOOL, NULL, NULL, true,
     "Three or more of them did, and they are most of them.", idle_agrees},
    {"cut_waits.count", VALUE_INT, NULL, NULL, true,
     "Connections that it closed while the client was waiting for an answer, this one included: of the "
     "client "
     "those to the same server. Absent where this one is none.",
     waits_count},
    {"cut_waits.agree", VALUE_INT, NULL, NULL, true,
     "Of those, the ones it closed after the same wait as this one, within 5 % or 100 ms.", waits_agree},
    {"cut_waits.agrees", VALUE_BOOL, NULL, NULL, true,
     "Three or more of them did, and they are most of them.", waits_agree_all},
    {"listener.answered", VALUE_INT, NULL, NULL, false,
     "Connections there on which the server sent payload after the client had.", answered},
    {"listener.silent_closes", VALUE_INT, NULL, NULL, false,
     "Connections there that the server closed or aborted first, without ever having sent a byte.",
     silent_closes},
    {"listener.idle_survived", VALUE_DURATION, "ns", NULL, false,
     "The longest silence there that a client broke and got an answer; absent where none was a second long.",
     idle_survived},
    {"empty.count", VALUE_INT, NULL, NULL, false,
     "Connections of the same client to the same server that were established and closed without a byte from "
     "either, this one included; absent where it is none.",
     empty_count},
    {"empty.period", VALUE_DURATION, "ns", NULL, false,
     "The time from one of those to the next, where most of those around this one agree within a fifth.",
     empty_period},
    {"takeover.after", VALUE_DURATION, "ns", NULL, false,
     "How long before this idle connection was closed by the server the same client had opened another one "
     "to "
     "it; absent where it had not within 100 ms.",
     takeover_after},
    {"takeover.repeated", VALUE_BOOL, NULL, NULL, false,
     "That happened twice or more between the two, to four of five of its idle connections that the server "
     "closed, "
     "and to most of those that it opened.",
     takeover_repeated},
    {"takeover.count", VALUE_INT, NULL, NULL, false,
     "How often that happened between the two; absent where it did not happen here.", takeover_count},
    {"takeover.closes", VALUE_INT, NULL, NULL, false,
     "How many idle connections of the client the server closed in all.", takeover_closes},
    {"takeover.connections", VALUE_INT, NULL, NULL, false, "How many the client opened.",
     takeover_connections},
};

const FactFamily fact_family_together = {rows, G_N_ELEMENTS(rows)};
