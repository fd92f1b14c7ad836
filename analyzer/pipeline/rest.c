#include "pipeline/rest.h"

#include <glib.h>
#include <string.h>

#include "base/prefetch.h"
#include "facts/plain.h"

#define CHUNK_WITNESSES (UINT32_C(1) << 12)

struct Rest {
    const Lanes *lanes;
    unsigned lane;
    FlowTable *table;
    const RuleSet *rules;
    EndpointTable servers;
    uint32_t *listeners;      /* by number in `servers`: what the context calls it */
    Witness **witnesses;      /* by index in the table, so many a chunk */
    uint16_t *outcomes;       /* by index: number in outcome_table, 0 for none */
    uint32_t count, capacity; /* connections */
    uint32_t *good;           /* by number in outcome_table: how many, where it is a good one */
    GArray *notable;          /* uint32_t: those that are not counted there */
    GArray *testimonies;      /* Testimony; Witness.testimony is 1 + the index here, 0 for none */
    OutcomeTable *outcome_table;
    FactContext *alone;
    FactSet *facts;
    uint32_t index; /* the connection that comes to rest, as rest_recall() wants it */
    const Connection *connection;
    const Event *events;
    History history;
    Verdict verdict;
    Outcome outcome;
};

static const Testimony *rest_testimony(const Rest *rest, const Witness *witness)
{
    return witness->testimony ? &g_array_index(rest->testimonies, Testimony, witness->testimony - 1) : NULL;
}

/* Of the connection that the facts were begun with. Returns what is asked of the context, and leaves the
 * outcome in `rest`. */
static unsigned rest_judge(Rest *rest)
{
    rule_set_judge(rest->rules, rest->facts, &rest->verdict);
    if (!outcome_begin(&rest->verdict, &rest->outcome))
        outcome_finish(&rest->verdict, fact_set_history(rest->facts), &rest->outcome);
    return fact_context_take_asked(rest->alone);
}

/* Only what is over: for the others the verdict hangs on when the capture ends. That no other failure of its
 * client is known is supposed, where there is a testimony by which that can be looked up. */
static uint16_t rest_judge_alone(Rest *rest, const Witness *witness)
{
    if (!rest->rules || !witness->closed)
        return 0;
    unsigned asked = rest_judge(rest);
    const Testimony *testimony = rest_testimony(rest, witness);
    rest->outcome.is_supposed = asked == ASKED_FAILURES && testimony && testimony->has_failed;
    return asked && !rest->outcome.is_supposed ? 0 : outcome_table_add(rest->outcome_table, &rest->outcome);
}

static Witness *rest_witness(const Rest *rest, uint32_t index)
{
    return &rest->witnesses[index / CHUNK_WITNESSES][index % CHUNK_WITNESSES];
}

static void rest_add_chunk(Rest *rest, uint32_t chunk)
{
    rest->witnesses = g_renew(Witness *, rest->witnesses, chunk + 1);
    rest->witnesses[chunk] = arena_take(lanes_arena(rest->lanes), CHUNK_WITNESSES * sizeof(Witness));
}

static void rest_make_room(Rest *rest, uint32_t index)
{
    while (index >= rest->capacity)
        rest->outcomes = arena_grow_list(lanes_arena(rest->lanes), rest->outcomes, &rest->capacity,
                                         sizeof *rest->outcomes);
    for (; rest->count <= index; rest->count++) {
        if (rest->count % CHUNK_WITNESSES == 0)
            rest_add_chunk(rest, rest->count / CHUNK_WITNESSES);
        rest_witness(rest, rest->count)->testimony = 0;
    }
}

/* Returns Witness.testimony. One that comes to rest again has the place that it had. */
static uint32_t rest_keep_testimony(Rest *rest, uint32_t place, const Testimony *testimony)
{
    if (!place) {
        g_array_append_vals(rest->testimonies, testimony, 1);
        return rest->testimonies->len;
    }
    g_array_index(rest->testimonies, Testimony, place - 1) = *testimony;
    return place;
}

/* FactRecall */
static History *rest_recall(void *data)
{
    Rest *rest = data;
    history_outline_of(&rest->history, rest->table, rest->index, rest->connection, rest->events);
    return &rest->history;
}

/* Notes what the connection witnesses, all but its server, and begins its facts. Returns which end is the
 * server. */
static unsigned rest_begin(Rest *rest, Witness *witness, Testimony *ret_testimony, bool *ret_has_more)
{
    Plain plain;
    if (plain_recognize(rest->connection, rest->events, &plain)) {
        *ret_has_more = false;
        plain_witness(&plain, witness);
        fact_set_begin_plain(rest->facts, &plain, rest->alone, rest_recall, rest);
        return plain.server;
    }
    const History *history = rest_recall(rest);
    *ret_has_more = fact_witness(history, witness, ret_testimony);
    fact_set_begin(rest->facts, &rest->history, rest->alone);
    return history->side[SIDE_SERVER].end;
}

/* RestFunction */
static void rest_take(void *data, uint32_t index, const Connection *connection, const Event *events)
{
    Rest *rest = data;
    rest_make_room(rest, index);
    rest->index = index;
    rest->connection = connection;
    rest->events = events;
    Witness *witness = rest_witness(rest, index);
    prefetch(witness); /* it lies cold, and is wanted when the connection has been looked at */
    prefetch((uint8_t *)(witness + 1) - 1);
    uint32_t place = witness->testimony;
    Testimony testimony = {0};
    bool has_more;
    unsigned end = rest_begin(rest, witness, &testimony, &has_more);
    Address server = {.version = connection->ip_version};
    memcpy(server.bytes, connection->address[end], sizeof server.bytes);
    witness->server = endpoint_table_add(&rest->servers, &server, connection->port[end]);
    witness->testimony = has_more || place ? rest_keep_testimony(rest, place, &testimony) : 0;
    rest->outcomes[index] = rest_judge_alone(rest, witness);
}

Rest *rest_new(const Lanes *lanes, unsigned lane, const RuleSet *rules)
{
    Rest *rest = g_new0(Rest, 1);
    rest->lanes = lanes;
    rest->lane = lane;
    rest->table = lanes_table(lanes, lane);
    rest->rules = rules;
    endpoint_table_init(&rest->servers);
    rest->testimonies = g_array_new(FALSE, FALSE, sizeof(Testimony));
    rest->good = g_new0(uint32_t, OUTCOMES_MAX + 1);
    rest->notable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    rest->outcome_table = outcome_table_new();
    rest->alone = fact_context_new_alone();
    rest->facts = fact_set_new();
    flow_table_on_rest(rest->table, rest_take, rest);
    return rest;
}

void rest_free(Rest *rest)
{
    if (!rest)
        return;
    endpoint_table_clear(&rest->servers);
    g_free(rest->listeners);
    g_free(rest->witnesses);
    g_free(rest->good);
    g_array_unref(rest->notable);
    g_array_unref(rest->testimonies);
    outcome_table_free(rest->outcome_table);
    fact_set_free(rest->facts);
    fact_context_free(rest->alone);
    g_free(rest);
}

void rest_number_servers(Rest *rest, FactContext *context)
{
    rest->listeners = g_new(uint32_t, rest->servers.count);
    for (uint32_t i = 0; i < rest->servers.count; i++) {
        const Endpoint *server = &rest->servers.endpoints[i];
        rest->listeners[i] = fact_context_listener_number(context, &server->address, server->port);
    }
}

void rest_testify(Rest *rest, uint32_t index, FactContext *context)
{
    Witness *witness = rest_witness(rest, index);
    witness->server = rest->listeners[witness->server];
    witness->previous = lanes_stream(rest->lanes, rest->lane, witness->previous);
    fact_context_note_witness(context, witness, rest_testimony(rest, witness));
}

static bool is_known(const Rest *rest, uint32_t index, const FactContext *context)
{
    const Outcome *outcome = rest_outcome(rest, index);
    if (!outcome || !outcome->is_supposed)
        return outcome;
    return fact_context_failed_once(context, &rest_testimony(rest, rest_witness(rest, index))->client);
}

void rest_outline(const Rest *rest, uint32_t index, History *ret_history)
{
    history_outline(ret_history, rest->table, index);
    ret_history->stream = lanes_stream(rest->lanes, rest->lane, index);
    ret_history->previous = lanes_stream(rest->lanes, rest->lane, ret_history->previous);
}

static void rest_judge_one(Rest *rest, uint32_t index, const FactContext *context)
{
    rest_outline(rest, index, &rest->history);
    fact_set_begin(rest->facts, &rest->history, context);
    rest_judge(rest);
    rest->outcomes[index] = outcome_table_add(rest->outcome_table, &rest->outcome);
}

void rest_judge_left(Rest *rest, const FactContext *context)
{
    for (uint32_t index = 0; index < rest->count; index++) {
        if (!is_known(rest, index, context))
            rest_judge_one(rest, index, context);
        const Outcome *outcome = rest_outcome(rest, index);
        if (outcome && outcome->severity == SEVERITY_OK)
            rest->good[rest->outcomes[index]]++;
        else
            g_array_append_val(rest->notable, index);
    }
}

void rest_each_good(const Rest *rest, OutcomeFunction function, void *data)
{
    for (unsigned number = 1; number <= outcome_table_count(rest->outcome_table); number++)
        if (rest->good[number])
            function(data, outcome_table_get(rest->outcome_table, (uint16_t)number), rest->good[number]);
}

const uint32_t *rest_notable(const Rest *rest, uint32_t *ret_count)
{
    *ret_count = rest->notable->len;
    return (const uint32_t *)(const void *)rest->notable->data;
}

const Outcome *rest_outcome(const Rest *rest, uint32_t index)
{
    uint16_t number = rest->outcomes[index];
    return number ? outcome_table_get(rest->outcome_table, number) : NULL;
}
