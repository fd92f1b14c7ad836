/* Facts from the other connections of the capture to the same server address and port: the witnesses. */
#include "facts/private.h"

/* Resets count as one event when they fall within this time: a listener's exit resets its whole queue in one
 * go. */
#define TOGETHER_NS INT64_C(100000000)

static void connections(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, fact_context_listener(facts->context, facts->history->stream)->connections, 0);
}

static void accepted(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ListenerSummary *listener = fact_context_listener(facts->context, facts->history->stream);
    if (listener->served)
        value_set_bool(value, true, 0);
    else if (listener->connections > 1)
        value_set_bool(value, false, 0);
    else
        value_unknown(value, MISSING_OTHERS);
}

static void refused_after(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ListenerSummary *listener = fact_context_listener(facts->context, facts->history->stream);
    const ResetRecord *reset = facts_reset(facts);
    int64_t end = reset ? reset->time_ns : facts->history->end_ns;
    if (listener->refused && listener->last_refused_ns >= end)
        value_set_bool(value, true, 0);
    else if (listener->connections > 1)
        value_set_bool(value, false, 0);
    else
        value_unknown(value, MISSING_OTHERS);
}

/* A listener that answers a SYN had not been closed before. */
static void answers_after(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ListenerSummary *listener = fact_context_listener(facts->context, facts->history->stream);
    const ResetRecord *reset = facts_reset(facts);
    int64_t end = reset ? reset->time_ns : facts->history->end_ns;
    if (listener->connections > 1)
        value_set_bool(value, listener->last_answered_ns > end, 0);
    else
        value_unknown(value, MISSING_OTHERS);
}

static void resets_together(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = facts_reset(facts);
    if (reset)
        value_set(value,
                  fact_context_silent_resets_near(facts->context, facts->history->stream, reset->time_ns,
                                                  TOGETHER_NS),
                  reset->frame);
}

static void waiting(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = facts_reset(facts);
    int64_t at = reset ? reset->time_ns : facts->history->end_ns;
    value_set(value, fact_context_waiting(facts->context, facts->history->stream, at), 0);
}

static void synack_repeats(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, fact_context_listener(facts->context, facts->history->stream)->synack_repeats, 0);
}

static void idle_close_mode(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t count;
    int64_t idle_ns = fact_context_idle_close_ns(facts->context, facts->history->stream, &count);
    if (idle_ns >= 0)
        value_set(value, idle_ns, 0);
    else
        value_unknown(value, MISSING_OTHERS);
}

/* By how much the idle times that agree may differ: what fact_context_idle_close_ns() takes for the same. */
static void idle_close_slack(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t count;
    int64_t idle_ns = fact_context_idle_close_ns(facts->context, facts->history->stream, &count);
    if (idle_ns >= 0)
        value_set(value, idle_ns / 20, 0);
}

static void idle_close_count(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t count;
    if (fact_context_idle_close_ns(facts->context, facts->history->stream, &count) >= 0)
        value_set(value, count, 0);
}

static void failed_ports(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, fact_context_failed_ports(facts->context, &facts->history->side[SIDE_CLIENT]), 0);
}

static const FactRow rows[] = {
    {"listener.connections", VALUE_INT, NULL, NULL, false,
     "Connections of the capture to the same server address and port.", connections},
    {"listener.accepted", VALUE_BOOL, NULL, NULL, false,
     "The server sent data or a FIN on any of them: a program had accepted it.", accepted},
    {"listener.refused_after", VALUE_BOOL, NULL, NULL, false,
     "After this one's end the server refused a connection there.", refused_after},
    {"listener.answers_after", VALUE_BOOL, NULL, NULL, false,
     "After this one's end the server answered a SYN there: it was still listening.", answers_after},
    {"listener.resets_within_100ms", VALUE_INT, NULL, NULL, false,
     "Connections there that it reset within 100 ms of this one's RST, this one included, without ever "
     "having sent a byte on them.",
     resets_together},
    {"listener.waiting", VALUE_INT, NULL, NULL, false,
     "Other connections there that were established and had not got a byte from the server yet when this one "
     "ended.",
     waiting},
    {"listener.synack_repeats", VALUE_INT, NULL, NULL, false, "SYN-ACKs that it sent again.", synack_repeats},
    {"listener.idle_close_mode", VALUE_DURATION, "ns", NULL, false,
     "The idle time after which the server closes first, where three or more of its connections agree within "
     "5 % and are most of those "
     "that it closed after a second or more.",
     idle_close_mode},
    {"listener.idle_close_slack", VALUE_DURATION, "ns", NULL, false,
     "A twentieth of that: how far those connections differ.", idle_close_slack},
    {"listener.idle_close_count", VALUE_INT, NULL, NULL, false, "How many of its connections agree on that.",
     idle_close_count},
    {"scanner.ports", VALUE_INT, NULL, NULL, false,
     "Ports to which the same client address began a handshake that came to nothing.", failed_ports},
};

const FactFamily fact_family_listener = {rows, G_N_ELEMENTS(rows)};
