/* What is written names connections by what stays the same when a trace is recorded again: the capture, the
 * client's address, the server's address and port. Where those of one kind did not all end the same way, the
 * order of the streams tells them apart. */
#include "pipeline/expect.h"

#include <inttypes.h>

#include "base/address.h"
#include "report/json-writer.h"
#include "report/result.h"
#include "report/sink.h"
#include "verdict/severity.h"

/* Connections that are written down one by one; of more, only whole kinds. */
#define EXPECT_STREAMS_MAX 10000

/* The connections of one client address to one server in one capture. */
typedef struct {
    char *select;     /* "capture: …, client: …, server: …" */
    GArray *streams;  /* uint32_t, the first EXPECT_STREAMS_MAX of the run */
    GPtrArray *shows; /* "ending: …, severity: …" of each; owned */
    uint64_t count;
    bool differs;
} Kind;

struct Expect {
    Expectations *expectations; /* NULL: none */
    char *write_path;           /* NULL: nothing is written */
    GString *misses;
    GPtrArray *kinds;      /* Kind, in the order in which they were first seen */
    GHashTable *by_select; /* borrows its keys from the kinds */
    uint64_t streams;
};

static void kind_free(gpointer data)
{
    Kind *kind = data;
    g_free(kind->select);
    g_array_unref(kind->streams);
    g_ptr_array_unref(kind->shows);
    g_free(kind);
}

Expect *expect_new(const char *path, const char *write_path, const RuleSet *rules, GError **error)
{
    g_autoptr(Expect) expect = g_new0(Expect, 1);
    expect->misses = g_string_new(NULL);
    expect->kinds = g_ptr_array_new_with_free_func(kind_free);
    expect->by_select = g_hash_table_new(g_str_hash, g_str_equal);
    expect->write_path = g_strdup(write_path);
    if (path && !(expect->expectations = expectations_load(path, rules, error)))
        return NULL;
    return g_steal_pointer(&expect);
}

void expect_free(Expect *expect)
{
    if (!expect)
        return;
    expectations_free(expect->expectations);
    g_free(expect->write_path);
    g_string_free(expect->misses, TRUE);
    g_hash_table_unref(expect->by_select);
    g_ptr_array_unref(expect->kinds);
    g_free(expect);
}

static char *select_of(const Case *subject)
{
    const HistorySide *client = &subject->history->side[SIDE_CLIENT];
    const HistorySide *server = &subject->history->side[SIDE_SERVER];
    GString *out = g_string_new("capture: "), *part = g_string_new(NULL);
    g_autofree char *name = g_path_get_basename(subject->capture);
    json_quote(out, name); /* JSON's strings are YAML's, too */
    address_format(part, &client->address);
    g_string_append(out, ", client: ");
    json_quote(out, part->str);
    g_string_truncate(part, 0);
    endpoint_format(part, &server->address, server->port);
    g_string_append(out, ", server: ");
    json_quote(out, part->str);
    g_string_free(part, TRUE);
    return g_string_free(out, FALSE);
}

static char *shows_of(const Case *subject)
{
    const Verdict *verdict = subject->verdict;
    const Rule *ending = verdict_ending(verdict), *cause = verdict_cause(verdict);
    GString *out = g_string_new(NULL);
    if (ending)
        g_string_append_printf(out, "ending: %s, ", ending->id);
    g_string_append_printf(out, "cause: %s, severity: %s, findings: [", cause ? cause->id : "none",
                           severity_name(verdict_severity(verdict)));
    for (unsigned i = 0; i < verdict->finding_count; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "", verdict->findings[i].rule->id);
    g_string_append_c(out, ']');
    return g_string_free(out, FALSE);
}

static Kind *expect_kind(Expect *expect, const Case *subject)
{
    char *select = select_of(subject);
    Kind *kind = g_hash_table_lookup(expect->by_select, select);
    if (kind) {
        g_free(select);
        return kind;
    }
    kind = g_new0(Kind, 1);
    kind->select = select;
    kind->streams = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    kind->shows = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(expect->kinds, kind);
    g_hash_table_insert(expect->by_select, kind->select, kind);
    return kind;
}

static void expect_note(Expect *expect, const Case *subject)
{
    Kind *kind = expect_kind(expect, subject);
    g_autofree char *shows = shows_of(subject);
    kind->differs |= kind->count && !g_str_equal(shows, kind->shows->pdata[0]);
    if (!kind->count++ || expect->streams < EXPECT_STREAMS_MAX) {
        g_array_append_val(kind->streams, subject->history->stream);
        g_ptr_array_add(kind->shows, g_steal_pointer(&shows));
        expect->streams++;
    }
}

void expect_take(Expect *expect, const Case *subject)
{
    if (expect->write_path)
        expect_note(expect, subject);
    if (!expect->expectations)
        return;
    GString *who = g_string_new(subject->capture);
    g_string_append(who, ": ");
    result_connection_format(who, subject);
    expectations_check(expect->expectations, subject->capture, subject->facts, subject->verdict,
                       verdict_severity(subject->verdict), who->str, expect->misses);
    g_string_free(who, TRUE);
}

static bool expect_write(const Expect *expect, GError **error)
{
    Sink *sink = sink_new(expect->write_path, error);
    if (!sink)
        return false;
    GString *text =
        g_string_new("# What the captures show; held against them again with closelint --expect.\nexpect:\n");
    for (guint i = 0; i < expect->kinds->len; i++) {
        const Kind *kind = expect->kinds->pdata[i];
        if (!kind->differs)
            g_string_append_printf(text, "  - {%s, %s, count: %" PRIu64 "}\n", kind->select,
                                   (const char *)kind->shows->pdata[0], kind->count);
        for (guint k = 0; kind->differs && k < kind->streams->len; k++)
            g_string_append_printf(text, "  - {%s, stream: %" PRIu32 ", %s}\n", kind->select,
                                   g_array_index(kind->streams, uint32_t, k),
                                   (const char *)kind->shows->pdata[k]);
        sink_take(sink, text);
    }
    g_string_assign(text, expect->streams < EXPECT_STREAMS_MAX ? "rest: none\n" : "rest: ok\n");
    sink_take(sink, text);
    g_string_free(text, TRUE);
    return sink_close(sink, error);
}

bool expect_finish(Expect *expect, GString *ret_text, GError **error)
{
    if (expect->write_path && !expect_write(expect, error))
        return false;
    if (!expect->expectations)
        return true;
    guint met;
    bool is_met = expectations_finish(expect->expectations, expect->misses);
    guint count = expectations_count(expect->expectations, &met);
    g_string_append(ret_text, expect->misses->str);
    g_string_append_printf(ret_text, "%u of %u expectations met\n", met, count);
    return is_met;
}
