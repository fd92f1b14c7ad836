#include "pipeline/rest.h"

#include <glib.h>

#include "verdict/telling.h"

struct Rest {
    FlowTable *table;
    const RuleSet *rules;
    EndpointTable servers;
    Witness *witnesses;      /* by index in the table */
    uint8_t *endings;        /* the same: 1 + place in good_endings; 0: to be judged when all are known */
    uint32_t capacity;       /* of both */
    GPtrArray *good_endings; /* Rule */
    FactContext *alone;
    FactSet *facts;
    History history;
    Verdict verdict;
};

/* 1 + the place of a rule among the good endings; 0 where there are too many. */
static uint8_t rest_place(Rest *rest, const Rule *ending)
{
    guint place;
    if (!g_ptr_array_find(rest->good_endings, ending, &place)) {
        place = rest->good_endings->len;
        if (place == UINT8_MAX)
            return 0;
        g_ptr_array_add(rest->good_endings, (gpointer)ending);
    }
    return (uint8_t)(place + 1);
}

/* Only these can be good endings as rules go: the others are not worth the attempt. */
static bool is_promising(const History *history)
{
    return history->side[SIDE_CLIENT].fin && history->side[SIDE_SERVER].fin && !history->has_resets;
}

static uint8_t rest_judge(Rest *rest)
{
    if (!is_promising(&rest->history))
        return 0;
    fact_set_begin(rest->facts, &rest->history, rest->alone);
    rule_set_judge(rest->rules, rest->facts, &rest->verdict);
    bool is_known = !fact_context_was_asked(rest->alone);
    const Rule *ending = verdict_ending(&rest->verdict);
    bool is_good = ending && verdict_severity(&rest->verdict) == SEVERITY_OK && !rest->verdict.finding_count;
    return is_known && is_good ? rest_place(rest, ending) : 0;
}

static void rest_make_room(Rest *rest, uint32_t index)
{
    if (index < rest->capacity)
        return;
    rest->capacity = MAX(index + 1, MAX(1024, rest->capacity * 2));
    rest->witnesses = g_renew(Witness, rest->witnesses, rest->capacity);
    rest->endings = g_renew(uint8_t, rest->endings, rest->capacity);
}

/* RestFunction */
static void rest_take(void *data, uint32_t index, const Connection *connection, const Event *events)
{
    Rest *rest = data;
    rest_make_room(rest, index);
    history_outline_of(&rest->history, rest->table, index, connection, events);
    const HistorySide *server = &rest->history.side[SIDE_SERVER];
    rest->witnesses[index] = fact_witness(&rest->history);
    rest->witnesses[index].server = endpoint_table_add(&rest->servers, &server->address, server->port);
    rest->endings[index] = rest->rules ? rest_judge(rest) : 0;
}

Rest *rest_new(FlowTable *table, const RuleSet *rules)
{
    Rest *rest = g_new0(Rest, 1);
    rest->table = table;
    rest->rules = rules;
    endpoint_table_init(&rest->servers);
    rest->good_endings = g_ptr_array_new();
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
    g_free(rest->witnesses);
    fact_set_free(rest->facts);
    fact_context_free(rest->alone);
    g_ptr_array_unref(rest->good_endings);
    g_free(rest->endings);
    g_free(rest);
}

Witness *rest_witness(const Rest *rest, uint32_t index)
{
    return &rest->witnesses[index];
}

const Endpoint *rest_server(const Rest *rest, const Witness *witness)
{
    return &rest->servers.endpoints[witness->server];
}

const Rule *rest_good_ending(const Rest *rest, uint32_t index)
{
    uint8_t place = rest->endings[index];
    return place ? rest->good_endings->pdata[place - 1] : NULL;
}
