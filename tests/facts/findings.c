#include "findings.h"

#include <string.h>

static FactContext *context;
static FactSet *set;

int findings_end(void **state)
{
    fact_set_free(g_steal_pointer(&set));
    fact_context_free(g_steal_pointer(&context));
    return story_end(state);
}

FactSet *facts_of_stream(Story *story, uint32_t stream, int64_t silence_ms)
{
    FlowTable *table = story->script.table;
    fact_context_free(context);
    context = fact_context_new(NULL);
    for (uint32_t i = 0; i < flow_table_count(table); i++) {
        history_build(&story->history, table, i);
        fact_context_note(context, &story->history);
    }
    fact_context_capture(context, flow_table_get(table, 0)->first_ns, story->script.now_ns + silence_ms * MS,
                         false);
    history_build(&story->history, table, stream);
    if (!set)
        set = fact_set_new();
    fact_set_begin(set, &story->history, context);
    return set;
}

FactSet *facts_of(Story *story, int64_t silence_ms)
{
    return facts_of_stream(story, script_stream(&story->script), silence_ms);
}

static const Value *find(FactSet *facts, const char *name, FactRef *ret_ref)
{
    if (!fact_find(name, strlen(name), ret_ref))
        fail_msg("there is no fact %s", name);
    return fact_get(facts, *ret_ref);
}

static const Value *find_known(FactSet *facts, const char *name, FactRef *ret_ref)
{
    const Value *value = find(facts, name, ret_ref);
    if (value->presence != VALUE_KNOWN)
        fail_msg("%s is %s", name, value->presence == VALUE_ABSENT ? "absent" : "unknown");
    return value;
}

void assert_fact(FactSet *facts, const char *name, int64_t expected)
{
    FactRef ref;
    const Value *value = find_known(facts, name, &ref);
    int64_t found = value->type == VALUE_BOOL ? value->as.boolean : value->as.number;
    if (found != expected)
        fail_msg("%s is %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, name, found, expected);
}

void assert_fact_is(FactSet *facts, const char *name, const char *expected)
{
    FactRef ref;
    const Value *value = find_known(facts, name, &ref);
    const char *found =
        value->type == VALUE_STRING ? value->as.string : fact_ref_row(ref)->enum_names[value->as.number];
    if (strcmp(found, expected))
        fail_msg("%s is %s, not %s", name, found, expected);
}

void assert_fact_frame(FactSet *facts, const char *name, uint64_t frame)
{
    FactRef ref;
    const Value *value = find_known(facts, name, &ref);
    if (value->frame != frame)
        fail_msg("%s is proved by frame %u, not %u", name, (unsigned)value->frame, (unsigned)frame);
}

void assert_unknown(FactSet *facts, const char *name, MissingReason missing)
{
    FactRef ref;
    const Value *value = find(facts, name, &ref);
    if (value->presence != VALUE_UNKNOWN)
        fail_msg("%s is %s", name, value->presence == VALUE_ABSENT ? "absent" : "known");
    assert_string_equal(missing_reason_text(value->missing), missing_reason_text(missing));
}

void assert_absent(FactSet *facts, const char *name)
{
    FactRef ref;
    if (find(facts, name, &ref)->presence != VALUE_ABSENT)
        fail_msg("%s is not absent", name);
}
