/* The tree of endings, certainty, what is possible, findings, and users' changes. */
#include "testing.h"

/* reset (certain when its frame is known) › abort, reply › late, race; open after it; two findings. */
#define TREE                                                                                                 \
    "- {ending: reset, order: 10, severity: note, when: rst.seen, title: t, happened: h}\n"                  \
    "- {ending: open, order: 20, severity: ok, when: not rst.seen, title: t, happened: h}\n"                 \
    "- {ending: abort, under: reset, order: 1, severity: error, when: closer.fin.seen, title: t, happened: " \
    "h}\n"                                                                                                   \
    "- {ending: reply, under: reset, order: 2, severity: note, when: rst.answers == data, title: t, "        \
    "happened: h,\n"                                                                                         \
    "   certain: known(rst.frame)}\n"                                                                        \
    "- {ending: late, under: reply, order: 50, severity: error, when: peer.fin.acked, title: t, happened: "  \
    "h,\n"                                                                                                   \
    "   certain: rst.delay < 1s}\n"                                                                          \
    "- {ending: early, under: reply, severity: error, when: peer.fin.seen, title: t, happened: h}\n"         \
    "- {finding: z-many, severity: note, when: conn.packets > 100, title: t, happened: h}\n"                 \
    "- {finding: a-few, severity: note, when: conn.packets > 10, certain: known(rst.text), title: t, "       \
    "happened: h}\n"

/* "reset>reply certain; possible: late peer.fin.acked; findings: a-few likely" */
static char *judged(const RuleSet *rules, FactSet *facts)
{
    Verdict verdict;
    rule_set_judge(rules, facts, &verdict);
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < verdict.path_length; i++)
        g_string_append_printf(text, "%s%s", i ? ">" : "", verdict.path[i]->id);
    g_string_append_printf(text, " %s", certainty_name(verdict.certainty));
    for (unsigned i = 0; i < verdict.possible_count; i++) {
        g_string_append_printf(text, "; possible %s ", verdict.possible[i].rule->id);
        fact_format_name(text, verdict.possible[i].fact);
        g_string_append_printf(text, " (%s)", missing_reason_text(verdict.possible[i].missing));
    }
    for (unsigned i = 0; i < verdict.cause_count; i++)
        g_string_append_printf(text, "; cause %s %s", verdict.causes[i].rule->id,
                               certainty_name(verdict.causes[i].certainty));
    for (unsigned i = 0; i < verdict.finding_count; i++)
        g_string_append_printf(text, "; finding %s %s", verdict.findings[i].rule->id,
                               certainty_name(verdict.findings[i].certainty));
    return g_string_free(text, FALSE);
}

static void assert_judged(const RuleSet *rules, FactSet *facts, const char *expected)
{
    g_autofree char *actual = judged(rules, facts);
    assert_text(actual, expected);
}

static void goes_down(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(TREE);
    FactSet *facts = fake_facts_new();
    preset_absent(facts, "closer.fin.seen");
    preset_absent(facts, "peer.fin.seen");
    preset_absent(facts, "peer.fin.acked");
    preset_bool(facts, "rst.seen", false, 0);
    assert_judged(rules, facts, "open certain");

    preset_bool(facts, "rst.seen", true, 11);
    preset_enum(facts, "rst.answers", "fin", 0);
    assert_judged(rules, facts, "reset certain");

    preset_enum(facts, "rst.answers", "data", 0);
    preset_number(facts, "rst.frame", 11, 11);
    assert_judged(rules, facts, "reset>reply certain");

    preset_bool(facts, "peer.fin.seen", true, 0);
    assert_judged(rules, facts, "reset>reply>early certain");

    preset_bool(facts, "peer.fin.acked", true, 0);
    preset_number(facts, "rst.delay", 41000, 0);
    assert_judged(rules, facts, "reset>reply>late certain");

    preset_bool(facts, "closer.fin.seen", true, 0);
    assert_judged(rules, facts, "reset>abort certain");
    fake_facts_free(facts);
}

/* Two causes under reset, one of them under its child reply too, and one under reply alone; `last` is told by
 * `first`. */
#define CAUSES                                                                                               \
    "- {cause: last, explains: reset, order: 9, severity: note, when: conn.packets > 5, title: t, "          \
    "happened: h}\n"                                                                                         \
    "- {cause: first, explains: [reset], order: 2, severity: ok, when: conn.packets > 7, certain: "          \
    "known(rst.text), tells: [last, a-few], title: t, happened: h}\n"                                        \
    "- {cause: answered, explains: reply, order: 1, severity: error, when: rst.delay > 1s, title: t, "       \
    "happened: h}\n"

static void explains_endings(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(TREE CAUSES);
    FactSet *facts = fake_facts_new();
    preset_absent(facts, "closer.fin.seen");
    preset_absent(facts, "peer.fin.seen");
    preset_absent(facts, "peer.fin.acked");
    preset_bool(facts, "rst.seen", false, 0);
    preset_number(facts, "conn.packets", 8, 0);
    assert_judged(rules, facts, "open certain");

    preset_bool(facts, "rst.seen", true, 11);
    preset_enum(facts, "rst.answers", "fin", 0);
    assert_judged(rules, facts, "reset certain; cause first likely");
    preset_number(facts, "conn.packets", 6, 0);
    assert_judged(rules, facts, "reset certain; cause last certain");

    /* what is unknown does not lead, and does not hide what is known */
    preset_enum(facts, "rst.answers", "data", 0);
    preset_number(facts, "rst.frame", 11, 11);
    preset_unknown(facts, "rst.delay", MISSING_END);
    assert_judged(rules, facts, "reset>reply certain; cause last certain");
    preset_number(facts, "rst.delay", INT64_C(2000000000), 0);
    assert_judged(rules, facts, "reset>reply certain; cause answered certain; cause last certain");
    preset_number(facts, "conn.packets", 11, 0);
    assert_judged(rules, facts,
                  "reset>reply certain; cause answered certain; cause first likely; cause last certain; "
                  "finding a-few likely");
    fake_facts_free(facts);
}

static void a_cause_that_is_off_is_not_asked(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    assert_true(rule_set_load_text(rules, "t.yaml", TREE CAUSES, strlen(TREE CAUSES), &error));
    assert_true(rule_set_ignore(rules, "first", &error));
    assert_true(rule_set_finish(rules, &error));
    FactSet *facts = fake_facts_new();
    preset_absent(facts, "closer.fin.seen");
    preset_bool(facts, "rst.seen", true, 11);
    preset_enum(facts, "rst.answers", "fin", 0);
    preset_number(facts, "conn.packets", 8, 0);
    assert_judged(rules, facts, "reset certain; cause last certain");
    fake_facts_free(facts);
}

#define NAMED                                                                                                \
    "conditions:\n"                                                                                          \
    "  both: {when: closer.fin.seen and peer.fin.seen, doc: d}\n"                                            \
    "  several: {when: 'both or conn.label matches \"^a+$\"', doc: d}\n"                                     \
    "add:\n"                                                                                                 \
    "  - {finding: one, severity: note, when: several and not rst.seen, certain: not both, title: t, "       \
    "happened: h}\n"                                                                                         \
    "  - {ending: two, let: {quiet: {when: 'not rst.seen and conn.packets in {1..3}', doc: d}}, severity: "  \
    "note, when: not quiet or both, title: t, happened: h}\n"
#define WRITTEN_OUT                                                                                          \
    "- {finding: one, severity: note, when: '((closer.fin.seen and peer.fin.seen) or conn.label matches "    \
    "\"^a+$\") and not rst.seen', certain: not (closer.fin.seen and peer.fin.seen), title: t, happened: "    \
    "h}\n"                                                                                                   \
    "- {ending: two, severity: note, when: 'not (not rst.seen and conn.packets in {1..3}) or "               \
    "(closer.fin.seen and peer.fin.seen)', title: t, happened: h}\n"

/* A bool under one of its values, the unknown included. */
static void preset_as(FactSet *facts, const char *name, unsigned which)
{
    if (which == 2)
        preset_unknown(facts, name, MISSING_END);
    else
        preset_bool(facts, name, which, 0);
}

static void a_named_condition_is_what_it_stands_for(void **state)
{
    (void)state;
    g_autoptr(RuleSet) named = rules_from(NAMED), written_out = rules_from(WRITTEN_OUT);
    FactSet *facts = fake_facts_new();
    for (unsigned i = 0; i < 3 * 3 * 3 * 2 * 2; i++) {
        preset_as(facts, "closer.fin.seen", i % 3);
        preset_as(facts, "peer.fin.seen", i / 3 % 3);
        preset_as(facts, "rst.seen", i / 9 % 3);
        preset_string(facts, "conn.label", i / 27 % 2 ? "aaa" : "ab");
        preset_number(facts, "conn.packets", i / 54 % 2 ? 2 : 20, 0);
        g_autofree char *expected = judged(written_out, facts);
        assert_judged(named, facts, expected);
    }
    fake_facts_free(facts);
}

static void is_honest(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(TREE);
    FactSet *facts = fake_facts_new();
    preset_unknown(facts, "rst.seen", MISSING_END);
    assert_judged(
        rules, facts,
        " likely; possible reset rst.seen (the capture ends too early); possible open rst.seen (the capture "
        "ends too early)");

    /* a sibling before the one that holds is unknown: only likely, all the way down */
    preset_bool(facts, "rst.seen", true, 11);
    preset_unknown(facts, "closer.fin.seen", MISSING_HANDSHAKE);
    preset_enum(facts, "rst.answers", "data", 0);
    preset_number(facts, "rst.frame", 11, 11);
    preset_bool(facts, "peer.fin.acked", true, 0);
    preset_number(facts, "rst.delay", 41000, 0);
    assert_judged(rules, facts,
                  "reset>reply>late likely; possible abort closer.fin.seen (the handshake was not captured)");

    /* the descent stops: what is unknown below is possible, what is above stays certain */
    preset_bool(facts, "closer.fin.seen", false, 0);
    preset_unknown(facts, "peer.fin.acked", MISSING_SEGMENTS);
    preset_bool(facts, "peer.fin.seen", false, 0);
    assert_judged(
        rules, facts,
        "reset>reply certain; possible late peer.fin.acked (segments of the connection are missing from the "
        "capture)");

    /* its own `certain`, and an ancestor's */
    preset_bool(facts, "peer.fin.acked", true, 0);
    preset_unknown(facts, "rst.delay", MISSING_SEGMENTS);
    assert_judged(rules, facts, "reset>reply>late likely");
    preset_number(facts, "rst.delay", 41000, 0);
    preset_unknown(facts, "rst.frame", MISSING_SEGMENTS);
    assert_judged(rules, facts, "reset>reply>late likely");
    fake_facts_free(facts);
}

static void finds(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(TREE);
    FactSet *facts = fake_facts_new();
    preset_bool(facts, "rst.seen", false, 0);
    assert_judged(rules, facts, "open certain");
    preset_number(facts, "conn.packets", 50, 0);
    assert_judged(rules, facts, "open certain; finding a-few likely");
    preset_number(facts, "conn.packets", 500, 0);
    preset_string(facts, "rst.text", "x");
    assert_judged(rules, facts, "open certain; finding a-few certain; finding z-many certain");
    fake_facts_free(facts);
}

/* --- users' changes --- */

/* TREE and a configuration; the mistakes, or "". */
static char *configured(RuleSet *rules, const char *config)
{
    g_autoptr(GError) error = NULL;
    assert_true(rule_set_load_text(rules, "t.yaml", TREE, strlen(TREE), &error));
    if (rule_set_load_text(rules, "c.yaml", config, strlen(config), &error))
        rule_set_finish(rules, &error);
    return g_strdup(error ? error->message : "");
}

static void takes_overrides(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    g_autofree char *mistakes = configured(
        rules, "rules:\n  abort: {severity: ok, reason: we do that}\n  late: {off: true, reason: known}\n"
               "ignore: [a-few]\nadd:\n  - {finding: mine, severity: error, when: rst.seen, title: t, "
               "happened: h}\n");
    assert_text(mistakes, "");
    const Rule *abort_rule = rule_set_find(rules, "abort"), *late = rule_set_find(rules, "late");
    assert_int_equal(abort_rule->severity, SEVERITY_OK);
    assert_int_equal(abort_rule->shipped_severity, SEVERITY_ERROR);
    assert_text(abort_rule->reason, "we do that");
    assert_false(abort_rule->disabled);
    assert_true(late->disabled);
    assert_true(rule_set_find(rules, "a-few")->disabled);
    assert_non_null(rule_set_find(rules, "mine"));

    FactSet *facts =
        fake_facts_new(); /* a disabled ending is still the truth; a disabled finding is silent */
    preset_bool(facts, "rst.seen", true, 0);
    preset_bool(facts, "closer.fin.seen", false, 0);
    preset_enum(facts, "rst.answers", "data", 0);
    preset_number(facts, "rst.frame", 1, 1);
    preset_bool(facts, "peer.fin.acked", true, 0);
    preset_number(facts, "rst.delay", 1, 0);
    preset_number(facts, "conn.packets", 500, 0);
    assert_judged(rules, facts, "reset>reply>late certain; finding mine certain; finding z-many certain");
    fake_facts_free(facts);
}

static void refuses_overrides(void **state)
{
    (void)state;
    static const struct {
        const char *config, *mistakes;
    } cases[] = {
        {"rules: {abort: {off: true}}\n", "c.yaml:1:16: error: a change of a rule needs the key 'reason'"},
        {"rules: {abrt: {off: true, reason: r}}\n",
         "c.yaml:1:9: error: no rule 'abrt'; did you mean 'abort'?"},
        {"rules: {abort: {off: maybe, reason: r}}\n", "c.yaml:1:22: error: 'off' is true or false"},
        {"rules: {abort: {severity: fatal, reason: r}}\n",
         "c.yaml:1:27: error: 'fatal' is no severity: it is one of error, warning, note, ok"},
        {"rules: {abort: {sevrity: ok, reason: r}}\n",
         "c.yaml:1:17: error: a change of a rule has no key 'sevrity'; did you mean 'severity'?"},
        {"rules: {abort: off}\n", "c.yaml:1:16: error: 'abort' is a map, found a text"},
        {"select: [rset]\n", "c.yaml:1:10: error: no rule 'rset'; did you mean 'reset'?"},
        {"ignore: rset\n", "c.yaml:1:9: error: no rule 'rset'; did you mean 'reset'?"},
        {"add: [/nonexistent/x.yaml]\n", "c.yaml:1:7: error: there is no file '/nonexistent/x.yaml'"},
        {"add: [{finding: a-few, severity: ok, when: rst.seen, title: t, happened: h}]\n",
         "c.yaml:1:17: error: there is a rule 'a-few' already: t.yaml:10"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RuleSet) rules = rule_set_new_empty();
        g_autofree char *mistakes = configured(rules, cases[i].config);
        assert_text(mistakes, cases[i].mistakes);
    }
}

/* The ids that are not disabled. */
static char *enabled(const RuleSet *rules)
{
    const GPtrArray *all = rule_set_all(rules);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        if (!rule->disabled)
            g_string_append_printf(text, "%s%s", text->len ? " " : "", rule->id);
    }
    return g_string_free(text, FALSE);
}

static void selects(void **state)
{
    (void)state;
    static const struct {
        const char *config, *select, *ignore, *enabled;
    } cases[] = {
        {"", NULL, NULL, "reset abort reply late early open a-few z-many"},
        {"", "reply, a-few", NULL, "reply late early a-few"},
        {"", "reset", "reply", "reset abort"},
        {"", NULL, "reset,z-many", "open a-few"},
        {"select: [open]\n", NULL, NULL, "open"},
        {"select: open\n", "abort", NULL, "abort"},
        {"ignore: [open]\n", NULL, "reset", "a-few z-many"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RuleSet) rules = rule_set_new_empty();
        assert_true(rule_set_load_text(rules, "t.yaml", TREE, strlen(TREE), &error));
        if (*cases[i].config)
            assert_true(
                rule_set_load_text(rules, "c.yaml", cases[i].config, strlen(cases[i].config), &error));
        if (cases[i].select)
            assert_true(rule_set_select(rules, cases[i].select, &error));
        if (cases[i].ignore)
            assert_true(rule_set_ignore(rules, cases[i].ignore, &error));
        assert_true(rule_set_finish(rules, &error));
        g_autofree char *actual = enabled(rules);
        assert_text(actual, cases[i].enabled);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    assert_true(rule_set_load_text(rules, "t.yaml", TREE, strlen(TREE), &error));
    assert_true(rule_set_select(rules, "opne", &error));
    assert_false(rule_set_finish(rules, &error));
    assert_text(error->message, "--select: error: no rule 'opne'; did you mean 'open'?");
}

#define PARAMETERS                                                                                           \
    "parameters:\n"                                                                                          \
    "  wait: {value: 60s, source: Linux, doc: d}\n"                                                          \
    "  size: {value: 64KiB, source: s, doc: d}\n"                                                            \
    "  times: {value: 3, source: s, doc: d}\n"                                                               \
    "  flag: {value: true, source: s, doc: d}\n"                                                             \
    "  name: {value: some text, source: s, doc: d}\n"

static void takes_parameters(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    static const char config[] = "parameters:\n  wait: 30s\n  size: {value: 0, reason: why not}\n  name: 5\n";
    static const char rule[] =
        "finding: f\nseverity: ok\nwhen: rst.delay > $wait\ntitle: 't {$wait}, {$size}, {$name}, "
        "{$flag}, {$times}'\nhappened: h\n";
    assert_true(rule_set_load_text(rules, "p.yaml", PARAMETERS, strlen(PARAMETERS), &error));
    assert_true(rule_set_load_text(rules, "c.yaml", config, strlen(config), &error));
    assert_true(rule_set_load_text(rules, "r.yaml", rule, strlen(rule), &error));
    assert_true(rule_set_set_parameter(rules, "wait=2min", &error));
    assert_true(rule_set_set_parameter(rules, "times=-4", &error));
    assert_true(rule_set_finish(rules, &error));

    FactSet *facts = fake_facts_new();
    g_autoptr(GString) title = g_string_new(NULL);
    template_render(rule_set_find(rules, "f")->title, facts, false, title);
    assert_text(title->str, "t 2 min, 0 bytes, 5, yes, -4");
    preset_number(facts, "rst.delay", INT64_C(119000000000), 0);
    assert_judged(rules, facts, " likely");
    preset_number(facts, "rst.delay", INT64_C(121000000000), 0);
    assert_judged(rules, facts, " likely; finding f certain");
    fake_facts_free(facts);

    const GPtrArray *parameters = rule_set_parameters(rules);
    assert_int_equal(parameters->len, 5);
    assert_text(((const Parameter *)parameters->pdata[0])->name, "flag");
    assert_text(((const Parameter *)parameters->pdata[2])->source, "why not");
    assert_text(((const Parameter *)parameters->pdata[4])->source, "--param");
}

static void refuses_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *assignment, *mistake;
    } cases[] = {
        {"wait", "--param wait: write NAME=VALUE"},
        {"=5", "--param =5: write NAME=VALUE"},
        {"wiat=5s", "--param wiat=5s: no parameter 'wiat'; did you mean '$wait'?"},
        {"wait=5", "--param wait=5: wait is a duration, such as 60s"},
        {"wait=5KiB", "--param wait=5KiB: wait is a duration, such as 60s"},
        {"wait=", "--param wait=: wait is a duration, such as 60s"},
        {"size=5s", "--param size=5s: size is a number of bytes, such as 64KiB"},
        {"times=x", "--param times=x: times is a whole number"},
        {"flag=1", "--param flag=1: flag is true or false"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RuleSet) rules = rule_set_new_empty();
        assert_true(rule_set_load_text(rules, "p.yaml", PARAMETERS, strlen(PARAMETERS), &error));
        assert_false(rule_set_set_parameter(rules, cases[i].assignment, &error));
        assert_text(error->message, cases[i].mistake);
    }
    static const char twice[] = PARAMETERS "---\n";
    static const char again[] = "parameters: {wait: {value: 5s, source: s, doc: d}}\n";
    static const char wrong[] = "parameters: {wait: 5}\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    assert_false(rule_set_load_text(rules, "p.yaml", twice, strlen(twice), &error));
    g_clear_error(&error);
    g_autoptr(RuleSet) others = rule_set_new_empty();
    assert_true(rule_set_load_text(others, "p.yaml", PARAMETERS, strlen(PARAMETERS), &error));
    assert_false(rule_set_load_text(others, "c.yaml", again, strlen(again), &error));
    assert_text(error->message, "c.yaml:1:14: error: there is a parameter 'wait' already: p.yaml:2");
    g_clear_error(&error);
    assert_true(rule_set_load_text(others, "c.yaml", wrong, strlen(wrong), &error));
    assert_false(rule_set_finish(others, &error));
    assert_text(error->message, "c.yaml:1:20: error: $wait is a duration, such as 60s");
}

static void explains(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(TREE);
    FactSet *facts = fake_facts_new();
    preset_bool(facts, "rst.seen", true, 11);
    preset_absent(facts, "closer.fin.seen");
    preset_enum(facts, "rst.answers", "data", 10);
    preset_number(facts, "rst.frame", 11, 11);
    preset_bool(facts, "peer.fin.seen", false, 0);
    preset_unknown(facts, "peer.fin.acked", MISSING_SEGMENTS);
    preset_number(facts, "conn.packets", 50, 0);
    g_autoptr(GString) text = g_string_new(NULL);
    rule_set_explain_path(rules, facts, text);
    assert_text(
        text->str,
        "reset: true\n"
        "    when rst.seen\n"
        "      rst.seen = yes (frame 11)\n"
        "  abort: false\n"
        "      when closer.fin.seen\n"
        "        closer.fin.seen = absent\n"
        "  reply: true\n"
        "      when rst.answers == data\n"
        "        rst.answers = data (frame 10)\n"
        "      certain (true) known(rst.frame)\n"
        "        rst.frame = 11\n"
        "    late: unknown\n"
        "        when peer.fin.acked\n"
        "          peer.fin.acked = unknown: segments of the connection are missing from the capture\n"
        "    early: false\n"
        "        when peer.fin.seen\n"
        "          peer.fin.seen = no\n"
        "ending: reply, certain\n"
        "could be: late, but peer.fin.acked is unknown: segments of the connection are missing from the "
        "capture\n"
        "finding a-few: true\n"
        "    when conn.packets > 10\n"
        "      conn.packets = 50\n"
        "    certain (false) known(rst.text)\n"
        "      rst.text = unknown: the capture does not show it\n");
    fake_facts_free(facts);
}

static void explains_parameters(void **state)
{
    (void)state;
    static const char rule[] =
        "finding: f\nseverity: ok\nwhen: rst.delay < $wait and $wait * 2 > 1s and $size > 0\n"
        "title: t\nhappened: h\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    assert_true(rule_set_load_text(rules, "p.yaml", PARAMETERS, strlen(PARAMETERS), &error));
    assert_true(rule_set_load_text(rules, "r.yaml", rule, strlen(rule), &error));
    assert_true(rule_set_finish(rules, &error));
    FactSet *facts = fake_facts_new();
    preset_number(facts, "rst.delay", 41000, 11);
    g_autoptr(GString) text = g_string_new(NULL);
    rule_set_explain_path(rules, facts, text);
    assert_text(text->str, "ending: none, likely\n"
                           "finding f: true\n"
                           "    when rst.delay < $wait and $wait * 2 > 1s and $size > 0\n"
                           "      rst.delay = 41 µs (frame 11)\n"
                           "      $wait = 1 min\n"
                           "      $size = 64 KiB\n");
    fake_facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_down),
        cmocka_unit_test(explains_endings),
        cmocka_unit_test(a_cause_that_is_off_is_not_asked),
        cmocka_unit_test(a_named_condition_is_what_it_stands_for),
        cmocka_unit_test(is_honest),
        cmocka_unit_test(finds),
        cmocka_unit_test(takes_overrides),
        cmocka_unit_test(refuses_overrides),
        cmocka_unit_test(selects),
        cmocka_unit_test(takes_parameters),
        cmocka_unit_test(refuses_parameters),
        cmocka_unit_test(explains),
        cmocka_unit_test(explains_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
