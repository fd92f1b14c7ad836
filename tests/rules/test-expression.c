/* The expression language: what is accepted, and the exact words for what is not. */
#include "testing.h"

#define PARAMETERS                                                                                           \
    "parameters:\n"                                                                                          \
    "  fin_timeout: {value: 60s, source: s, doc: d}\n"                                                       \
    "  limit: {value: 4, source: s, doc: d}\n"                                                               \
    "  some_bytes: {value: 64KiB, source: s, doc: d}\n"                                                      \
    "  label: {value: hello there, source: s, doc: d}\n"

static const char *const sound[] = {
    "true",
    "rst.seen",
    "not rst.seen and !rst.seen or rst.seen && rst.seen || rst.seen",
    "rst.seen == true",
    "(rst.seen) == (conn.packets > 3)",
    "rst.answers == data",
    "data == rst.answers",
    "rst.answers in {data, syn-ack}",
    "closer == client",
    "rst.sender == closer and resetter != server",
    "closer in {client}",
    "client.port in {80, 443, 8000..8010}",
    "client.port == $limit",
    "client.addr == 10.0.0.0/8",
    "client.addr == 10.1.2.3 or client.addr == server.addr",
    "2001:db8::/32 == client.addr",
    "client.addr in {10.0.0.0/8, fe80::1, ::1, ::ffff:1.2.3.4}",
    "rst.delay > 200ms",
    "rst.delay > 1.5s and rst.delay < 5min and rst.delay >= 2h and rst.delay le 41us and rst.delay ge 10ns",
    "rst.delay < 41µs",
    "rst.delay > 0",
    "rst.delay in {1s..2s, 0}",
    "rst.delay > -5s",
    "client.data.bytes >= 64KiB and client.data.bytes < 1MiB and client.data.bytes != 500B",
    "client.data.bytes == 512 bytes or client.data.bytes == 1 byte",
    "client.data.bytes > 0 or 0 < client.data.bytes",
    "client.data.bytes > $some_bytes * 2",
    "rst.time - closer.fin.time > $fin_timeout",
    "rst.time > closer.fin.time + 2 * $fin_timeout - 5s",
    "5s + closer.fin.time < rst.time",
    "rst.frame == closer.fin.frame + 1",
    "rst.frame - closer.fin.frame < 5",
    "rst.frame == 11",
    "conn.packets * 2 + 1 - 3 > 7",
    "known(rst.time) and absent(rst.frame)",
    "known(closer)",
    "rst.text contains \"abc\"",
    "rst.text contains conn.label",
    "rst.text == $label",
    "rst.text matches \"^\\d+\\.x$\"",
    "conn.handshake == none",
    "rst.text in {\"a\", \"b\"}",
    "\n  rst.seen\n  and\trst.seen\r\n",
};

static void accepts(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(PARAMETERS);
    for (size_t i = 0; i < G_N_ELEMENTS(sound); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Expression) expression = expression_new(sound[i], "e", 1, 1, rules, &error);
        if (!expression)
            fail_msg("%s\n%s", sound[i], error->message);
    }
}

static const struct {
    const char *text, *mistake;
} unsound[] = {
    {"", "1:1: error: expected a condition, found nothing"},
    {"  ", "1:1: error: expected a condition, found nothing"},
    /* units */
    {"rst.delay > 5", "1:13: error: rst.delay is a duration: write 5s or 5ms"},
    {"5 < rst.delay", "1:1: error: rst.delay is a duration: write 5s or 5ms"},
    {"rst.delay in {1s, 5}", "1:19: error: rst.delay is a duration: write 5s or 5ms"},
    {"client.data.bytes > 64", "1:21: error: client.data.bytes is a number of bytes: write 64B or 64KiB"},
    {"client.data.bytes > 64ms",
     "1:21: error: cannot compare client.data.bytes (a number of bytes) and 64ms (a duration)"},
    {"conn.packets > 5s", "1:16: error: cannot compare conn.packets (an int) and 5s (a duration)"},
    {"rst.time > 5",
     "1:12: error: rst.time is a point in time: compare it with another one, or subtract one to get "
     "a duration"},
    {"rst.time > rst.time + 5", "1:23: error: a duration needs a unit: write 5s or 5ms"},
    {"rst.delay - 5 > 1s", "1:13: error: rst.delay is a duration: write 5s or 5ms"},
    {"rst.time - rst.time > 5", "1:23: error: this is a duration: write 5s or 5ms"},
    {"rst.delay > 5sec",
     "1:14: error: unknown unit 'sec': a duration is in ns, us, ms, s, min, h or d, a size in B, "
     "KiB, MiB or GiB"},
    {"rst.delay > 1.5", "1:13: error: '1.5' needs a unit"},
    {"conn.packets > 99999999999999999999", "1:16: error: this number is too large"},
    {"rst.delay > 9999999999h", "1:13: error: this number is too large"},
    {"client.port == 70000", "1:16: error: a port is a number from 0 to 65535"},
    {"rst.delay > $limit", "1:13: error: cannot compare rst.delay (a duration) and $limit (an int)"},
    /* names */
    {"rst.seem", "1:1: error: no fact 'rst.seem'; did you mean 'rst.seen'?"},
    {"zzz", "1:1: error: no fact 'zzz'"},
    {"rst.answers == dta", "1:16: error: 'dta' is no value of rst.answers; did you mean 'data'?"},
    {"rst.answers == zzzzzz",
     "1:16: error: 'zzzzzz' is no value of rst.answers: it is one of syn, syn-ack, data, fin, ack, nothing"},
    {"rst.answers in {data, fim}", "1:23: error: 'fim' is no value of rst.answers; did you mean 'fin'?"},
    {"dta == rst.answers", "1:1: error: 'dta' is no value of rst.answers; did you mean 'data'?"},
    {"foo == bar", "1:1: error: no fact 'foo'"},
    {"rst.delay > $fin_timeuot", "1:13: error: no parameter '$fin_timeuot'; did you mean '$fin_timeout'?"},
    {"rst.delay > $x", "1:13: error: no parameter '$x'"},
    {"rst.time-closer.fin.time > 5s",
     "1:1: error: no fact 'rst.time-closer.fin.time': a minus needs spaces around it"},
    {"knwon(rst.time)", "1:1: error: no function 'knwon': there are known() and absent()"},
    {"known(5)", "1:7: error: expected the name of a fact, found '5'"},
    {"known(foo)", "1:7: error: no fact 'foo'"},
    {"known(rst.time", "1:15: error: expected ')', found the end"},
    /* types */
    {"rst.delay", "1:1: error: rst.delay (a duration) is no condition: compare it with something"},
    {"rst.seen and rst.frame",
     "1:14: error: rst.frame (a frame number) is no condition: compare it with something"},
    {"not 5", "1:5: error: 5 (an int) is no condition: compare it with something"},
    {"closer", "1:1: error: closer (a side) is no condition: compare it with something"},
    {"rst.answers < data", "1:1: error: rst.answers (an enum) has no order: compare it with == or !="},
    {"rst.answers in {syn..data}", "1:17: error: rst.answers (an enum) has no order: a range needs one"},
    {"closer > client", "1:1: error: closer (a side) has no order: compare it with == or !="},
    {"rst.seen == 1", "1:13: error: cannot compare rst.seen (a bool) and 1 (an int)"},
    {"rst.answers == conn.handshake",
     "1:16: error: cannot compare rst.answers (an enum) and conn.handshake (an enum)"},
    {"client.addr == 5", "1:16: error: cannot compare client.addr (an address) and 5 (an int)"},
    {"client.addr == 10.0.0.0/33", "1:16: error: '10.0.0.0/33' is not an IP address"},
    {"client.addr == 10.0.0", "1:16: error: '10.0.0' is not an IP address"},
    {"client.addr == 1::2::3", "1:16: error: '1::2::3' is not an IP address"},
    {"rst.time + rst.time > rst.time",
     "1:12: error: cannot add rst.time (a point in time) and rst.time (a point in "
     "time)"},
    {"rst.delay * rst.delay > 5s",
     "1:13: error: cannot multiply rst.delay (a duration) and rst.delay (a duration)"},
    {"conn.packets - rst.delay > 5s",
     "1:16: error: cannot subtract conn.packets (an int) and rst.delay (a duration)"},
    {"conn.packets in {rst.frame}", "1:18: error: a set holds values, not facts"},
    {"conn.packets in {5..3}", "1:18: error: this range is empty: its end lies before its beginning"},
    {"conn.packets contains \"x\"",
     "1:1: error: 'contains' needs strings, and conn.packets (an int) is none"},
    {"rst.text contains 5", "1:19: error: 'contains' needs strings, and 5 (an int) is none"},
    {"rst.text matches conn.label", "1:18: error: 'matches' needs a pattern in quotes"},
    {"rst.text matches \"a(b\"",
     "1:18: error: this pattern is wrong after 'a(b': missing closing parenthesis"},
    /* syntax */
    {"rst.seen rst.seen", "1:10: error: expected 'and', 'or' or the end, found 'rst.seen'"},
    {"rst.seen and", "1:13: error: expected a fact or a value, found the end"},
    {"(rst.seen", "1:10: error: expected ')', found the end"},
    {"rst.seen)", "1:9: error: expected 'and', 'or' or the end, found ')'"},
    {"rst.delay = 5s", "1:11: error: '=' is no comparison: write '=='"},
    {"rst.seen & rst.seen", "1:10: error: write '&&' or 'and'"},
    {"rst.seen | rst.seen", "1:10: error: write '||' or 'or'"},
    {"rst.text == 'x'", "1:13: error: a string stands in double quotes"},
    {"rst.text == \"x", "1:13: error: this string has no closing quote"},
    {"rst.text == \"x\\\"", "1:13: error: this string has no closing quote"},
    {"1s < rst.delay < 2s", "1:16: error: comparisons do not chain: join two of them with 'and'"},
    {"conn.packets in 5", "1:17: error: expected '{' after 'in', found '5'"},
    {"conn.packets in {}", "1:18: error: expected a fact or a value, found '}'"},
    {"conn.packets in {5 6}", "1:20: error: expected ',' or '}', found '6'"},
    {"conn.packets > - rst.frame", "1:18: error: expected a number after '-', found 'rst.frame'"},
    {"rst.seen and\n  rst.sene", "2:3: error: no fact 'rst.sene'; did you mean 'rst.sender'?"},
    {"rst.text == \"µ\" and foo", "1:21: error: no fact 'foo'"},
    {"rst.seen @", "1:10: error: '@' has no meaning here"},
    {"rst.seen \xc3\xa4", "1:10: error: this character has no meaning here"},
};

static void refuses(void **state)
{
    (void)state;
    g_autoptr(RuleSet) rules = rules_from(PARAMETERS);
    for (size_t i = 0; i < G_N_ELEMENTS(unsound); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Expression) expression = expression_new(unsound[i].text, "e", 1, 1, rules, &error);
        g_autofree char *expected = g_strdup_printf("e:%s", unsound[i].mistake);
        if (expression)
            fail_msg("accepted: %s", unsound[i].text);
        assert_text(error->message, expected);
    }
}

static void tells_where(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(expression_new("a", "--where", 7, 20, NULL, &error));
    assert_text(error->message, "--where:7:20: error: no fact 'a'");
    g_clear_error(&error);
    assert_null(expression_new("rst.delay > $a", "--where", 1, 1, NULL, &error));
    assert_text(error->message, "--where:1:13: error: no parameter '$a'");
}

static void lists_facts(void **state)
{
    (void)state;
    g_autoptr(Expression) expression =
        expression_new(" rst.time > closer.fin.time and known(rst.frame) or rst.time < peer.fin.time ", "e",
                       1, 1, NULL, NULL);
    static const char *const expected[] = {"rst.time", "closer.fin.time", "rst.frame", "peer.fin.time"};
    guint count;
    const FactRef *facts = expression_facts(expression, &count);
    assert_int_equal(count, G_N_ELEMENTS(expected));
    for (guint i = 0; i < count; i++) {
        g_autoptr(GString) name = g_string_new(NULL);
        fact_format_name(name, facts[i]);
        assert_text(name->str, expected[i]);
    }
    assert_text(expression_text(expression),
                "rst.time > closer.fin.time and known(rst.frame) or rst.time < peer.fin.time");
}

/* `count` times `before`, then `middle`, then `count` times `after`. */
static char *repeat(const char *before, const char *middle, const char *after, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, before);
    g_string_append(text, middle);
    for (guint i = 0; i < count; i++)
        g_string_append(text, after);
    return g_string_free(text, FALSE);
}

static void is_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *before, *middle, *after;
        guint count;
        const char *mistake;
    } bombs[] = {
        {"(", "rst.seen", ")", 63, NULL},
        {"(", "rst.seen", ")", 100000, "e:1:65: error: this is nested too deeply"},
        {"not ", "rst.seen", "", 63, NULL},
        {"not ", "rst.seen", "", 100000, "e:1:257: error: this is nested too deeply"},
        {"(", "", "", 1000000, "e:1:65: error: this is nested too deeply"},
        {"rst.seen and ", "rst.seen", "", 5000, NULL},
        {"rst.seen or ", "rst.seen", " and rst.seen", 5000, NULL},
        {"rst.seen and ", "rst.seen", "", 50000, NULL /* see below */},
        {"conn.packets + ", "1 > 3", "", 60, NULL},
        {"conn.packets + ", "1 > 3", "", 100000, "e:1:1: error: this is nested too deeply"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
        g_autofree char *text = repeat(bombs[i].before, bombs[i].middle, bombs[i].after, bombs[i].count);
        g_autoptr(GError) error = NULL;
        g_autoptr(Expression) expression = expression_new(text, "e", 1, 1, NULL, &error);
        if (bombs[i].count == 50000) {
            assert_non_null(strstr(error->message, ": error: this expression is too long"));
            continue;
        }
        assert_int_equal(expression == NULL, bombs[i].mistake != NULL);
        assert_text(error ? error->message : "", bombs[i].mistake ? bombs[i].mistake : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),     cmocka_unit_test(refuses),    cmocka_unit_test(tells_where),
        cmocka_unit_test(lists_facts), cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
