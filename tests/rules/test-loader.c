/* Rule files: what is accepted, and file, line and column of every mistake. */
#include <glib/gstdio.h>

#include "testing.h"

#define RULE "ending: a\nseverity: note\nwhen: rst.seen\ntitle: t\nhappened: h\n" /* five lines */

#define ENDING      "{ending: a, severity: note, when: rst.seen, title: t, happened: h}\n"
#define FINDING     "{finding: f, severity: note, when: rst.seen, title: t, happened: h}\n"
#define CAUSE(more) "{cause: c, severity: ok, when: rst.seen, title: t, happened: h, " more "}\n"

#define LET(let, when)                                                                                       \
    "{ending: a, let: {" let "}, severity: ok,\nwhen: " when ",\ntitle: t, happened: '{if "                  \
    "rst.seen}h{end}'}\n"

static const struct {
    const char *text, *mistakes;
} cases[] = {
    {RULE, ""},
    {"\xef\xbb\xbf" RULE, ""},
    {"finding: a\nseverity: note\nwhen: rst.seen\ntitle: t\nhappened: h\n", ""},
    {"- "
     "{ending: a, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {ending: b, under: a, severity: ok, when: rst.seen, title: t, happened: h, order: -5}\n",
     ""},
    {RULE
     "certain: true\nsummary: s\nprograms: {closer: c, peer: 'p {rst.frame}'}\nlost: l\nlookalikes: [x, y]\n"
     "confirm: {client: c}\nfix: f\nreferences: [RFC 1]\nevidence: [rst.frame, closer.fin.frame]\n"
     "samples: {fires: [x], silent: [y, z]}\n",
     ""},

    {"- " ENDING "- " CAUSE("explains: a, tells: f") "- " FINDING, ""},
    {"- " ENDING "- " CAUSE("explains: [a], order: 3, certain: known(rst.frame), benign: rst.seen"), ""},

    /* what causes name */
    {CAUSE("order: 3"), "t.yaml:1:1: error: a cause needs the key 'explains'"},
    {CAUSE("explains: a, under: b"), "t.yaml:1:78: error: a cause has no key 'under'; did you mean 'order'?"},
    {"- " ENDING "- " CAUSE("explains: ab"), "t.yaml:2:77: error: no ending 'ab'"},
    {"- " ENDING "- " CAUSE("explains: [a, f]") "- " FINDING,
     "t.yaml:2:81: error: 'f' is a finding: a cause explains endings"},
    {"- " ENDING "- " CAUSE("explains: a, tells: [ff]") "- " FINDING, "t.yaml:2:88: error: no finding 'ff'"},
    {"- " ENDING "- " CAUSE("explains: a, tells: [a, c]"),
     "t.yaml:2:88: error: 'a' is an ending: a cause tells findings and other causes\n"
     "t.yaml:2:91: error: 'c' is this cause: a cause tells findings and other causes"},

    /* named conditions */
    {LET("x: {when: rst.seen, doc: d}, y: {when: x or rst.frame == 3, doc: d}", "x and not y"), ""},
    {"conditions: {x: {when: rst.seen, doc: d}}\n", ""},
    {LET("x: {when: rst.seen}", "x"), "t.yaml:1:22: error: a condition needs the key 'doc'"},
    {LET("x: {when: rst.sen, doc: d}", "rst.seen"),
     "t.yaml:1:29: error: no fact 'rst.sen'; did you mean 'rst.seen'?"},
    {LET("x: {when: y, doc: d}, y: {when: rst.seen, doc: d}", "y"),
     "t.yaml:1:29: error: the condition 'y' cannot be used here: it stands further down (t.yaml:1), or has a "
     "mistake"},
    {LET("x: {when: x, doc: d}", "rst.seen"),
     "t.yaml:1:29: error: the condition 'x' cannot be used here: it stands further down (t.yaml:1), or has a "
     "mistake"},
    {LET("turned-away: {when: rst.seen, doc: d}", "turned-awy"),
     "t.yaml:2:7: error: no fact or condition 'turned-awy'; did you mean 'turned-away'?"},
    {LET("x: {when: rst.seen, doc: d}", "x == true"),
     "t.yaml:2:7: error: 'x' is a condition, and has no value to compare"},
    {LET("x: {when: rst.frame, doc: d}", "rst.seen"),
     "t.yaml:1:29: error: rst.frame (a frame number) is no condition: compare it with something"},
    {LET("closer: {when: rst.seen, doc: d}", "rst.seen"), "t.yaml:1:19: error: 'closer' is a fact already"},
    {LET("x: {when: rst.seen, doc: d}, X: {when: rst.seen, doc: d}", "x"),
     "t.yaml:1:48: error: 'X' is no name of a condition: lower case letters, digits and hyphens"},

    /* YAML that rule files may not hold */
    {"", "t.yaml:1:1: error: this file is empty"},
    {"# nothing\n", "t.yaml:1:1: error: this file is empty"},
    {"a text", "t.yaml:1:1: error: expected a rule, found a text"},
    {RULE "---\n" RULE, "t.yaml:6:1: error: a second document begins here: one file holds one"},
    {RULE "title: again\n", "t.yaml:6:1: error: the key 'title' stands here twice: first in line 4"},
    {RULE "summary: &x s\n", "t.yaml:6:10: error: anchors have no place in rule files: write it out"},
    {RULE "summary: !!str s\n", "t.yaml:6:10: error: tags have no place in rule files"},
    {RULE "summary: &x s\nlost: *x\n",
     "t.yaml:6:10: error: anchors have no place in rule files: write it out\n"
     "t.yaml:7:7: error: aliases have no place in rule files: write it out"},
    {RULE "? {a: b}\n: c\n", "t.yaml:6:3: error: a key must be a text; quote a text that begins with { or ["},
    {RULE "lost: \"x\n",
     "t.yaml:7:1: error: not valid YAML: while scanning a quoted scalar, found unexpected end of "
     "stream"},
    {RULE "lost: [x\n",
     "t.yaml:7:1: error: not valid YAML: while parsing a flow sequence, did not find expected ',' "
     "or ']'"},
    {RULE "\tx\n",
     "t.yaml:6:1: error: not valid YAML: while scanning a plain scalar, found a tab character that "
     "violates indentation"},
    {RULE "lost: \xff\n", "t.yaml:6:7: error: this byte is not UTF-8 text"},
    {RULE "lost: [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\n",
     "t.yaml:6:22: error: this is nested too deeply"},

    /* keys */
    {RULE "titel: x\n", "t.yaml:6:1: error: an ending has no key 'titel'; did you mean 'title'?"},
    {RULE "xyzzy: x\n", "t.yaml:6:1: error: an ending has no key 'xyzzy'"},
    {"finding: a\nseverity: note\nwhen: rst.seen\ntitle: t\nhappened: h\nunder: b\n",
     "t.yaml:6:1: error: a finding has no key 'under'"},
    {"ending: a\nseverity: note\n",
     "t.yaml:1:1: error: an ending needs the key 'when'\nt.yaml:1:1: error: an ending needs the key 'title'\n"
     "t.yaml:1:1: error: an ending needs the key 'happened'"},
    {"title: x\n", "t.yaml:1:1: error: a rule needs the key 'ending', 'cause' or 'finding'"},
    {"- x\n", "t.yaml:1:3: error: 'a rule' is a map, found a text"},
    {"ending: a\nseverity: bad\nwhen: rst.seen\ntitle: t\nhappened: h\norder: first\n",
     "t.yaml:2:11: error: 'bad' is no severity: it is one of error, warning, note, ok\n"
     "t.yaml:6:8: error: 'first' is no order: it is a whole number"},
    {"ending: A_b\nseverity: ok\nwhen: rst.seen\ntitle: t\nhappened: h\n",
     "t.yaml:1:9: error: 'A_b' is no id: lower case letters, digits and hyphens"},
    {"ending: a-\nseverity: ok\nwhen: rst.seen\ntitle: t\nhappened: h\n",
     "t.yaml:1:9: error: 'a-' is no id: lower case letters, digits and hyphens"},
    {RULE "lost: \"\"\n", "t.yaml:6:7: error: 'lost' is empty"},
    {RULE "lost:\n", "t.yaml:6:6: error: 'lost' is empty"},
    {RULE "lookalikes: [x, 'y {closer}']\n",
     "t.yaml:6:17: error: 'lookalikes' is no template: nothing in braces is filled in here"},
    {RULE "lookalikes: []\nsamples: {fires: [], silent: []}\n", ""},
    {RULE "programs: {}\n", "t.yaml:6:11: error: 'programs' is empty"},
    {"parameters: !x y\n", "t.yaml:1:13: error: tags have no place in rule files"},
    {RULE "lost: [x]\n", "t.yaml:6:7: error: 'lost' is a text, found a list"},
    {RULE "lost: {closer} lost it\n",
     "t.yaml:6:16: error: not valid YAML: while parsing a block mapping, did not find expected key"},
    {RULE "lost: {closer}\n",
     "t.yaml:6:7: error: 'lost' is a text, found a map: quote a text that begins with { or holds a colon"},
    {RULE "lost: \"a\\0b\"\n", "t.yaml:6:7: error: 'lost' holds a null character"},
    {RULE "programs: x\n", "t.yaml:6:11: error: 'programs' is a map, found a text"},
    {RULE "programs: {reader: x}\n",
     "t.yaml:6:12: error: 'reader' is no role: it is one of client, server, closer, "
     "peer, resetter, resetted"},
    {RULE "references: [[x]]\n", "t.yaml:6:14: error: 'references' is a text, found a list"},
    {RULE "samples: {fire: [x]}\n", "t.yaml:6:11: error: 'samples' has no key 'fire'; did you mean 'fires'?"},
    {RULE "evidence: [rst.seen]\n", "t.yaml:6:12: error: evidence is a frame, and rst.seen is of type bool"},
    {RULE "evidence: rst.fram\n", "t.yaml:6:11: error: no fact 'rst.fram'; did you mean 'rst.frame'?"},

    /* inside expressions and texts, in every form of scalar */
    {RULE "certain: rst.seen and foo\n", "t.yaml:6:23: error: no fact 'foo'"},
    {RULE "certain: \"rst.seen and foo\"\n", "t.yaml:6:24: error: no fact 'foo'"},
    {RULE "certain: 'rst.seen and foo'\n", "t.yaml:6:24: error: no fact 'foo'"},
    {RULE "certain: \"rst.text == \\\"a\\\\\\\\b\\\" and foo\"\n", "t.yaml:6:38: error: no fact 'foo'"},
    {RULE "lost: 'it''s {foo}'\n", "t.yaml:6:15: error: no fact 'foo'"},
    {RULE "lost: \"\\u00b5\\x41\\n {foo}\"\n", "t.yaml:6:22: error: no fact 'foo'"},
    {RULE "lost: µµ {foo}\n", "t.yaml:6:11: error: no fact 'foo'"},
    {RULE "lost: |\n  first line\n\n    {foo} more\n", "t.yaml:9:6: error: no fact 'foo'"},
    {RULE "lost: |\n\n\n  first\n  {foo} more\n", "t.yaml:10:4: error: no fact 'foo'"},
    {RULE "lost: |2-\n    indented {foo} more\n", "t.yaml:7:15: error: no fact 'foo'"},
    {RULE "lost: >\n  first\n  second {foo}\n\n  third\n", "t.yaml:8:11: error: no fact 'foo'"},
    {RULE "lost: > # why\n  first\n  second\n\n  third {foo}\n", "t.yaml:10:10: error: no fact 'foo'"},
    {RULE "certain: rst.seen and\n  rst.seen and\n  foo\n", "t.yaml:8:3: error: no fact 'foo'"},
    {RULE "certain: \"rst.seen and\n  rst.seen and\\\n  \\  foo\"\n", "t.yaml:8:6: error: no fact 'foo'"},
    {RULE "lost: |\r\n  first\r\n  {foo}\r\n", "t.yaml:8:4: error: no fact 'foo'"},
    {RULE "lost: '{if rst.seen and foo}x{end}'\n", "t.yaml:6:25: error: no fact 'foo'"},
    {RULE "lost: |\n  x\n  {if rst.seen\n  and foo}x{end}\n", "t.yaml:9:7: error: no fact 'foo'"},

    /* texts */
    {RULE "lost: x {rst.delay\n",
     "t.yaml:6:9: error: this { has no closing brace; write {{ for a brace itself"},
    {RULE "lost: x } y\n", "t.yaml:6:9: error: this } closes nothing; write }} for a brace itself"},
    {RULE "lost: x {if rst.seen} y\n", "t.yaml:6:9: error: this {if} has no {end}"},
    {RULE "lost: x {if rst.seen\n", "t.yaml:6:13: error: this {if} has no closing brace"},
    {RULE "lost: x {end}\n", "t.yaml:6:9: error: {end} without {if}"},
    {RULE "lost: x {else}\n", "t.yaml:6:9: error: {else} without {if}"},
    {RULE "lost: x {if rst.seen}a{else}b{else}c{end}\n", "t.yaml:6:30: error: {else} without {if}"},
    {RULE "lost: x {if rst.delay}a{end}\n",
     "t.yaml:6:13: error: rst.delay (a duration) is no condition: compare it with something"},
    {RULE "lost: x {rst.dela}\n", "t.yaml:6:10: error: no fact 'rst.dela'; did you mean 'rst.delay'?"},
    {RULE "lost: x {}\n", "t.yaml:6:10: error: no fact ''"},
    {RULE "lost: x {$foo}\n", "t.yaml:6:10: error: no parameter '$foo'"},
    {RULE "fix: {closer: 'x {foo}'}\n", "t.yaml:6:19: error: no fact 'foo'"},

    /* several at once, in order */
    {"ending: a\nseverity: note\nwhen: foo\ntitle: \"{bar}\"\nhappened: h\ncertain: 5\n",
     "t.yaml:3:7: error: no fact 'foo'\nt.yaml:4:10: error: no fact 'bar'\n"
     "t.yaml:6:10: error: 5 (an int) is no condition: compare it with something"},

    /* the tree */
    {RULE "under: reset\n", "t.yaml:6:8: error: no ending 'reset'"},
    {"- {ending: reset, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {ending: b, under: reste, severity: ok, when: rst.seen, title: t, happened: h}\n",
     "t.yaml:2:22: error: no ending 'reste'; did you mean 'reset'?"},
    {"- {finding: reset, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {ending: b, under: reset, severity: ok, when: rst.seen, title: t, happened: h}\n",
     "t.yaml:2:22: error: 'reset' is a finding: only endings have endings below them"},
    {"- {ending: a, under: b, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {ending: b, under: c, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {ending: c, under: a, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {ending: d, under: a, severity: ok, when: rst.seen, title: t, happened: h}\n",
     "t.yaml:1:22: error: 'a' stands below itself, through 'b'"},
    {"- {ending: a, under: a, severity: ok, when: rst.seen, title: t, happened: h}\n",
     "t.yaml:1:22: error: 'a' stands below itself, through 'a'"},
    {"- {ending: a, severity: ok, when: rst.seen, title: t, happened: h}\n"
     "- {finding: a, severity: ok, when: rst.seen, title: t, happened: h}\n",
     "t.yaml:2:13: error: there is a rule 'a' already: t.yaml:1"},

    /* parameters */
    {"parameters: {p: {value: 5s, source: s, doc: d}}\n", ""},
    {"parameters: {p: {value: 5s, doc: d}}\n", "t.yaml:1:17: error: a parameter needs the key 'source'"},
    {"parameters: {P: {value: 5s, source: s, doc: d}}\n",
     "t.yaml:1:14: error: 'P' is no name of a parameter: lower case letters, digits and underscores"},
    {"parameters: {q: 5s}\n", "t.yaml:1:14: error: no parameter '$q'"},
    {"parameters: {p: [5s]}\n", "t.yaml:1:17: error: 'p' is a text or a map, found a list"},
    {"parameters: {}\n", "t.yaml:1:13: error: 'parameters' is empty"},
    {"paramters: {}\nrules: {}\n",
     "t.yaml:1:1: error: a file without a rule has no key 'paramters'; did you mean 'parameters'?\n"
     "t.yaml:2:8: error: 'rules' is empty"},
};

static void tells_mistakes(void **state)
{
    (void)state;
    g_autoptr(GString) wrong = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *mistakes = mistakes_in(cases[i].text, strlen(cases[i].text));
        if (strcmp(mistakes, cases[i].mistakes))
            g_string_append_printf(wrong, "\n%s\ngot:\n%s\nexpected:\n%s\n", cases[i].text, mistakes,
                                   cases[i].mistakes);
    }
    if (wrong->len)
        fail_msg("%s", wrong->str);
}

static void is_bounded(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(many,
                               "- {finding: f%u, severity: bad, when: rst.seen, title: t, happened: h}\n", i);
    g_autofree char *mistakes = mistakes_in(many->str, many->len);
    g_auto(GStrv) lines = g_strsplit(mistakes, "\n", -1);
    assert_int_equal(g_strv_length(lines), 51);
    assert_text(lines[50], "and 950 more");

    g_autoptr(GString) deep = g_string_new(RULE "lost: ");
    for (guint i = 0; i < 100000; i++)
        g_string_append_c(deep, '[');
    g_autofree char *too_deep = mistakes_in(deep->str, deep->len);
    assert_text(too_deep, "t.yaml:6:22: error: this is nested too deeply");

    g_autoptr(GString) stairs = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(stairs, "%*sa:\n", (int)i, "");
    g_autofree char *too_many = mistakes_in(stairs->str, stairs->len);
    assert_text(too_many, "t.yaml:17:17: error: this is nested too deeply");

    g_autofree char *spaces = g_strnfill(9 * 1024 * 1024, ' ');
    g_autofree char *too_large = mistakes_in(spaces, 9 * 1024 * 1024);
    assert_text(too_large, "t.yaml:1:1: error: this file is too large");

    g_autoptr(GString) tree = g_string_new(NULL);
    for (guint i = 0; i < 9; i++)
        g_string_append_printf(
            tree, "- {ending: e%u, under: e%u, severity: ok, when: rst.seen, title: t, happened: h}\n", i,
            i + 1);
    g_string_append(tree, "- {ending: e9, severity: ok, when: rst.seen, title: t, happened: h}\n");
    g_autofree char *too_tall = mistakes_in(tree->str, tree->len);
    assert_text(too_tall, "t.yaml:2:23: error: the tree is deeper than 8 endings here");

    g_autoptr(GString) crowd = g_string_new(NULL);
    for (guint i = 0; i <= VERDICT_FINDINGS_MAX; i++)
        g_string_append_printf(
            crowd, "- {finding: f%u, severity: note, when: rst.seen, title: t, happened: h}\n", i);
    g_autofree char *too_crowded = mistakes_in(crowd->str, crowd->len);
    assert_text(too_crowded, "t.yaml:257:13: error: there are more than 256 findings");
}

static void write_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    assert_int_equal(g_remove(path), 0);
}

static void reads_files(void **state)
{
    (void)state;
    g_autofree char *folder = g_dir_make_tmp("rules-XXXXXX", NULL);
    g_autofree char *below = g_build_filename(folder, "below", NULL);
    assert_int_equal(g_mkdir(below, 0700), 0);
    write_file(folder, "b.yaml",
               "ending: b\nunder: a\nseverity: ok\nwhen: rst.seen\ntitle: t\nhappened: h\n");
    write_file(folder, "notes.txt", "no rule");
    write_file(folder, ".hidden.yaml", "no rule");
    write_file(below, "a.yaml", RULE);
    write_file(folder, "z.conf", "add: [below, b.yaml]\n");
    write_file(folder, "cycle.conf", "add: cycle.conf\n");

    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    assert_true(rule_set_load(rules, folder, &error));
    assert_true(rule_set_finish(rules, &error));
    assert_int_equal(rule_set_all(rules)->len, 2);

    g_autofree char *config = g_build_filename(folder, "z.conf", NULL);
    g_autoptr(RuleSet) added = rule_set_new_empty();
    assert_true(rule_set_load_config(added, config, &error));
    assert_true(rule_set_finish(added, &error));
    assert_int_equal(rule_set_all(added)->len, 2);

    g_autofree char *cycle = g_build_filename(folder, "cycle.conf", NULL);
    g_autofree char *expected =
        g_strdup_printf("%s: error: files and directories are nested too deeply", cycle);
    g_autoptr(RuleSet) endless = rule_set_new_empty();
    assert_false(rule_set_load_config(endless, cycle, &error));
    assert_text(error->message, expected);
    g_clear_error(&error);

    g_autoptr(RuleSet) none = rule_set_new_empty();
    assert_false(rule_set_load(none, "/nonexistent.yaml", &error));
    assert_text(error->message, "/nonexistent.yaml: error: No such file or directory");
    g_clear_error(&error);
    assert_false(rule_set_load(none, "/dev/zero", &error));
    assert_text(error->message, "/dev/zero:1:1: error: this file is too large");

    remove_file(below, "a.yaml");
    remove_file(folder, "b.yaml");
    remove_file(folder, "notes.txt");
    remove_file(folder, ".hidden.yaml");
    remove_file(folder, "z.conf");
    remove_file(folder, "cycle.conf");
    assert_int_equal(g_rmdir(below), 0);
    assert_int_equal(g_rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_mistakes),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(reads_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
