/* Which causes are asked under which ending: those that explain it, or a node above it. Endings that have the
 * same ones share a list, most of them their parent's. */
#include "rules/set/private.h"

void cause_list_free(gpointer data)
{
    CauseList *list = data;
    sieve_free(list->sieve);
    g_ptr_array_unref(list->rules);
    g_free(list);
}

const Sieve *cause_list_sieve(const CauseList *list)
{
    CauseList *self = (CauseList *)list;
    if (g_once_init_enter(&self->is_made)) {
        self->sieve = sieve_new(self->rules);
        g_once_init_leave(&self->is_made, 1);
    }
    return self->sieve;
}

static bool explains(const Rule *cause, const Rule *ending)
{
    for (const Rule *node = ending; node; node = node->parent)
        if (g_ptr_array_find(cause->explains, node, NULL))
            return true;
    return false;
}

/* In the order of all causes. */
static GPtrArray *list_causes(const RuleSet *rules, const Rule *ending)
{
    GPtrArray *causes = g_ptr_array_new();
    for (guint i = 0; i < rules->causes->len; i++) {
        Rule *cause = rules->causes->pdata[i];
        if (!cause->disabled && explains(cause, ending))
            g_ptr_array_add(causes, cause);
    }
    return causes;
}

static bool is_same(const GPtrArray *first, const GPtrArray *second)
{
    bool same = first->len == second->len;
    for (guint i = 0; same && i < first->len; i++)
        same = first->pdata[i] == second->pdata[i];
    return same;
}

/* The list with these rules, which it takes. */
static const CauseList *find_or_add(RuleSet *rules, GPtrArray *causes)
{
    for (guint i = 0; i < rules->cause_lists->len; i++) {
        const CauseList *list = rules->cause_lists->pdata[i];
        if (is_same(list->rules, causes)) {
            g_ptr_array_unref(causes);
            return list;
        }
    }
    CauseList *list = g_new(CauseList, 1);
    *list = (CauseList){.rules = causes};
    g_ptr_array_add(rules->cause_lists, list);
    return list;
}

void causes_spread(RuleSet *rules)
{
    for (guint i = 0; i < rules->rules->len; i++) {
        Rule *rule = rules->rules->pdata[i];
        GPtrArray *causes = rule->kind == RULE_ENDING ? list_causes(rules, rule) : NULL;
        if (causes && causes->len)
            rule->causes = find_or_add(rules, causes);
        else if (causes)
            g_ptr_array_unref(causes);
    }
}
