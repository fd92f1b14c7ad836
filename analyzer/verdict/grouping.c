/* Groups by rule and server. A case is rendered only as the clearest of a group, so that the ten thousandth
 * reset costs a look-up and a comparison. */
#include "verdict/grouping.h"

#include <string.h>

typedef struct {
    const Rule *rule;
    Severity severity;
    Address server;
    uint16_t port;
} GroupKey;

typedef struct {
    Group group; /* first, so that a Group* is an Entry* */
    GroupKey key;
    uint64_t clarity; /* of its clearest case so far */
    uint32_t stream;  /* which that is; it may not be kept yet */
} Entry;

/* The groups of one rule. */
typedef struct {
    unsigned count;                   /* of them, but for the rest of the servers */
    Entry *whole[SEVERITY_ERROR + 1]; /* by severity: of all servers, or of those that have none */
} RuleGroups;

struct Grouping {
    Severity by_server;
    GArray *by_rule;    /* RuleGroups, by number of the rule */
    GHashTable *by_key; /* GroupKey* in the entry -> Entry*: the groups of one server */
    GPtrArray *entries; /* Entry*, owned */
    GPtrArray *sorted;  /* Group* */
};

static guint key_hash(gconstpointer data)
{
    const GroupKey *key = data;
    uint64_t address[2];
    memcpy(address, key->server.bytes, sizeof address);
    uint64_t hash = (uintptr_t)key->rule ^ key->port;
    hash = (hash ^ address[0]) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 32 ^ address[1]) * UINT64_C(0x9e3779b97f4a7c15);
    return (guint)(hash >> 32);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const GroupKey *first = a, *second = b;
    return first->rule == second->rule && first->severity == second->severity &&
           first->port == second->port && address_equal(&first->server, &second->server);
}

static void kept_case_clear(KeptCase *kept)
{
    g_clear_pointer(&kept->history, g_free);
    g_clear_pointer(&kept->ending, telling_unref);
    g_clear_pointer(&kept->causes, g_ptr_array_unref);
    g_clear_pointer(&kept->findings, g_ptr_array_unref);
}

static void entry_free(gpointer data)
{
    Entry *entry = data;
    kept_case_clear(&entry->group.clearest);
    g_free(entry);
}

Grouping *grouping_new(Severity by_server)
{
    Grouping *grouping = g_new0(Grouping, 1);
    grouping->by_server = by_server;
    grouping->by_key = g_hash_table_new(key_hash, key_equal);
    grouping->by_rule = g_array_new(FALSE, TRUE, sizeof(RuleGroups));
    grouping->entries = g_ptr_array_new_with_free_func(entry_free);
    grouping->sorted = g_ptr_array_new();
    return grouping;
}

void grouping_free(Grouping *grouping)
{
    if (!grouping)
        return;
    g_hash_table_unref(grouping->by_key);
    g_array_unref(grouping->by_rule);
    g_ptr_array_unref(grouping->sorted);
    g_ptr_array_unref(grouping->entries);
    g_free(grouping);
}

static RuleGroups *groups_of(const Grouping *grouping, const Rule *rule)
{
    if (rule->number >= grouping->by_rule->len)
        g_array_set_size(grouping->by_rule, rule->number + 1);
    return &g_array_index(grouping->by_rule, RuleGroups, rule->number);
}

static Entry *entry_new(Grouping *grouping, const Rule *rule, Severity severity)
{
    Entry *entry = g_new0(Entry, 1);
    entry->group.rule = rule;
    entry->group.severity = severity;
    g_ptr_array_add(grouping->entries, entry);
    return entry;
}

static Entry *entry_new_of_server(Grouping *grouping, const GroupKey *key)
{
    Entry *entry = entry_new(grouping, key->rule, key->severity);
    entry->key = *key;
    entry->group.server = key->server;
    entry->group.port = key->port;
    g_hash_table_insert(grouping->by_key, &entry->key, entry);
    return entry;
}

static GroupKey key_make(const Rule *rule, Severity severity, const Endpoint *server)
{
    return (GroupKey){.rule = rule, .severity = severity, .server = server->address, .port = server->port};
}

/* Of all servers together; where its rule has enough groups already, of those that have none. */
static Entry *whole_find_or_new(Grouping *grouping, RuleGroups *groups, const Judgement *judgement)
{
    Entry *whole = groups->whole[judgement->severity];
    if (whole)
        return whole;
    whole = entry_new(grouping, judgement->rule, judgement->severity);
    whole->group.is_any_server =
        judgement->severity < grouping->by_server && groups->count < GROUP_SERVERS_MAX;
    whole->group.is_rest = !whole->group.is_any_server;
    groups->count += whole->group.is_any_server;
    groups->whole[judgement->severity] = whole;
    return whole;
}

static Entry *entry_find_or_new(Grouping *grouping, const Judgement *judgement, const Endpoint *server)
{
    RuleGroups *groups = groups_of(grouping, judgement->rule);
    if (judgement->severity < grouping->by_server)
        return whole_find_or_new(grouping, groups, judgement);
    GroupKey key = key_make(judgement->rule, judgement->severity, server);
    Entry *entry = g_hash_table_lookup(grouping->by_key, &key);
    if (entry)
        return entry;
    if (groups->count == GROUP_SERVERS_MAX)
        return whole_find_or_new(grouping, groups, judgement);
    groups->count++;
    return entry_new_of_server(grouping, &key);
}

static bool is_clearer(const Entry *entry, const Outcome *outcome, const Judgement *judgement)
{
    return !entry->group.is_rest && outcome_clarity(outcome, judgement->certainty) > entry->clarity;
}

/* Keeps one telling of a case, which may be the one that the group is about. */
static Telling *entry_keep_telling(Entry *entry, Telling *telling)
{
    if (telling && telling->rule == entry->group.rule)
        entry->group.telling = telling;
    return telling ? telling_ref(telling) : NULL;
}

static void entry_keep(Entry *entry, Tellings *tellings)
{
    const Case *subject = tellings->subject;
    const Verdict *verdict = subject->verdict;
    KeptCase *kept = &entry->group.clearest;
    kept_case_clear(kept);
    kept->history = g_memdup2(subject->history, sizeof *subject->history);
    kept->causes = g_ptr_array_new_with_free_func((GDestroyNotify)telling_unref);
    kept->findings = g_ptr_array_new_with_free_func((GDestroyNotify)telling_unref);
    kept->ending = entry_keep_telling(entry, tellings_ending(tellings));
    for (unsigned i = 0; i < verdict->cause_count; i++)
        g_ptr_array_add(kept->causes, entry_keep_telling(entry, tellings_cause(tellings, i)));
    for (unsigned i = 0; i < verdict->finding_count; i++)
        if (!verdict_finding_teller(verdict, i))
            g_ptr_array_add(kept->findings, entry_keep_telling(entry, tellings_finding(tellings, i)));
}

static bool has_group(const Judgement *judgement, Severity least)
{
    return judgement->severity >= least && !judgement->is_beneath;
}

bool grouping_add(Grouping *grouping, const Outcome *outcome, uint32_t stream, const Endpoint *server,
                  Severity least)
{
    bool is_clearest = false;
    for (unsigned i = 0; i < outcome->count; i++) {
        const Judgement *judgement = &outcome->judgements[i];
        if (!has_group(judgement, least))
            continue;
        Entry *entry = entry_find_or_new(grouping, judgement, server);
        stream_list_add(&entry->group.streams, stream);
        if (!is_clearer(entry, outcome, judgement))
            continue;
        entry->clarity = outcome_clarity(outcome, judgement->certainty);
        entry->stream = stream;
        is_clearest = true;
    }
    return is_clearest;
}

void grouping_keep(Grouping *grouping, Tellings *tellings, Severity least)
{
    const Case *subject = tellings->subject;
    const Endpoint server = endpoint_of(&subject->history->side[SIDE_SERVER]);
    Outcome outcome;
    outcome_of(subject->verdict, subject->history, &outcome);
    for (unsigned i = 0; i < outcome.count; i++) {
        const Judgement *judgement = &outcome.judgements[i];
        if (!has_group(judgement, least))
            continue;
        Entry *entry = entry_find_or_new(grouping, judgement, &server);
        if (entry->clarity && entry->stream == subject->history->stream)
            entry_keep(entry, tellings);
    }
}

/* What shares a group without a case is as certain as the least. */
static Certainty group_certainty(const Group *group)
{
    return group->telling ? group->telling->certainty : CERTAINTY_LIKELY;
}

static int compare_entries(gconstpointer a, gconstpointer b)
{
    static const int ranks[RULE_KINDS] = {[RULE_CAUSE] = 0, [RULE_ENDING] = 1, [RULE_FINDING] = 2};
    const Group *first = *(const Group *const *)a, *second = *(const Group *const *)b;
    if (first->severity != second->severity)
        return first->severity > second->severity ? -1 : 1;
    if (first->rule->kind != second->rule->kind)
        return ranks[first->rule->kind] - ranks[second->rule->kind];
    if (group_certainty(first) != group_certainty(second))
        return group_certainty(first) > group_certainty(second) ? -1 : 1;
    return 0;
}

/* Entries are in the order in which they were first seen, and the sort is stable. */
const GPtrArray *grouping_sorted(Grouping *grouping)
{
    g_ptr_array_set_size(grouping->sorted, 0);
    for (guint i = 0; i < grouping->entries->len; i++)
        g_ptr_array_add(grouping->sorted, grouping->entries->pdata[i]);
    g_ptr_array_sort(grouping->sorted, compare_entries);
    return grouping->sorted;
}

const Group *grouping_find(const Grouping *grouping, const Telling *telling, const History *history)
{
    const Endpoint server = endpoint_of(&history->side[SIDE_SERVER]);
    GroupKey key = key_make(telling->rule, telling->severity, &server);
    Entry *entry = g_hash_table_lookup(grouping->by_key, &key);
    return (const Group *)(entry ? entry : groups_of(grouping, telling->rule)->whole[telling->severity]);
}
