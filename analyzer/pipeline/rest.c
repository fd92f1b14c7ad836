#include "pipeline/rest.h"

#include <glib.h>

struct Rest {
    FlowTable *table;
    const RuleSet *rules;
    EndpointTable servers;
    uint32_t *listeners;      /* by number in `servers`: what the context calls it */
    Witness *witnesses;       /* by index in the table */
    uint16_t *outcomes;       /* the same: number in outcome_table; 0: to be judged when all are known */
    uint32_t count, capacity; /* of both */
    GArray *testimonies;      /* Testimony; Witness.testimony is 1 + the index here, 0 for none */
    OutcomeTable *outcome_table;
    FactContext *alone;
    FactSet *facts;
    History history;
    Verdict verdict;
    Outcome outcome;
};

static const Testimony *rest_testimony(const Rest *rest, const Witness *witness)
{
    return witness->testimony ? &g_array_index(rest->testimonies, Testimony, witness->testimony - 1) : NULL;
}

/* Nothing was asked that only others tell, or what rest_outcome() looks up. */
static bool stands_alone(Rest *rest, const Witness *witness)
{
    unsigned asked = fact_context_take_asked(rest->alone);
    const Testimony *testimony = rest_testimony(rest, witness);
    return !asked || (asked == ASKED_FAILURES && testimony && testimony->has_failed);
}

/* Only what is over: for the others the verdict hangs on when the capture ends. */
static uint16_t rest_judge(Rest *rest, const Witness *witness)
{
    if (!rest->rules || !witness->closed)
        return 0;
    fact_set_begin(rest->facts, &rest->history, rest->alone);
    rule_set_judge(rest->rules, rest->facts, &rest->verdict);
    if (!stands_alone(rest, witness))
        return 0;
    outcome_of(&rest->verdict, &rest->history, &rest->outcome);
    return outcome_table_add(rest->outcome_table, &rest->outcome);
}

static void rest_make_room(Rest *rest, uint32_t index)
{
    if (index >= rest->capacity) {
        rest->capacity = MAX(index + 1, MAX(1024, rest->capacity * 2));
        rest->witnesses = g_renew(Witness, rest->witnesses, rest->capacity);
        rest->outcomes = g_renew(uint16_t, rest->outcomes, rest->capacity);
    }
    while (rest->count <= index)
        rest->witnesses[rest->count++].testimony = 0;
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

/* RestFunction */
static void rest_take(void *data, uint32_t index, const Connection *connection, const Event *events)
{
    Rest *rest = data;
    rest_make_room(rest, index);
    history_outline_of(&rest->history, rest->table, index, connection, events);
    const HistorySide *server = &rest->history.side[SIDE_SERVER];
    Witness *witness = &rest->witnesses[index];
    uint32_t place = witness->testimony;
    Testimony testimony;
    bool has_more = fact_witness(&rest->history, witness, &testimony);
    witness->server = endpoint_table_add(&rest->servers, &server->address, server->port);
    witness->testimony = has_more || place ? rest_keep_testimony(rest, place, &testimony) : 0;
    rest->outcomes[index] = rest_judge(rest, witness);
}

Rest *rest_new(FlowTable *table, const RuleSet *rules)
{
    Rest *rest = g_new0(Rest, 1);
    rest->table = table;
    rest->rules = rules;
    endpoint_table_init(&rest->servers);
    rest->testimonies = g_array_new(FALSE, FALSE, sizeof(Testimony));
    rest->outcome_table = outcome_table_new();
    rest->alone = fact_context_new_alone();
    rest->facts = fact_set_new();
    flow_table_on_rest(table, rest_take, rest);
    return rest;
}

void rest_free(Rest *rest)
{
    if (!rest)
        return;
    endpoint_table_clear(&rest->servers);
    g_free(rest->listeners);
    g_free(rest->witnesses);
    g_free(rest->outcomes);
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
    Witness *witness = &rest->witnesses[index];
    witness->server = rest->listeners[witness->server];
    fact_context_note_witness(context, witness, rest_testimony(rest, witness));
}

Witness *rest_witness(const Rest *rest, uint32_t index)
{
    return &rest->witnesses[index];
}

const Outcome *rest_outcome(const Rest *rest, uint32_t index, const FactContext *context)
{
    if (!rest->outcomes[index])
        return NULL;
    const Testimony *testimony = rest_testimony(rest, &rest->witnesses[index]);
    if (testimony && testimony->has_failed && !fact_context_failed_once(context, &testimony->client))
        return NULL;
    return outcome_table_get(rest->outcome_table, rest->outcomes[index]);
}
