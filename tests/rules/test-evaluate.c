/* Three values: what is true, false or unknown when facts are known, unknown or absent. */
#include "testing.h"

#define SECOND INT64_C(1000000000)

/* Names tell: a "known" and a "missing" one of each kind; peer.* is unknown, resetter.* absent. */
static FactSet *facts_new(void)
{
    static const char *const per_side[] = {"",           ".addr",      ".port",     ".fin.seen",
                                           ".fin.acked", ".fin.frame", ".fin.time", ".data.bytes"};
    FactSet *facts = fake_facts_new();
    for (size_t i = 0; i < G_N_ELEMENTS(per_side); i++) {
        g_autofree char *name = g_strconcat("resetter", per_side[i], NULL);
        preset_absent(facts, name);
    }
    preset_number(facts, "closer", SIDE_CLIENT, 8);
    preset_address(facts, "client.addr", "10.1.2.3");
    preset_address(facts, "server.addr", "2001:db8::5");
    preset_number(facts, "client.port", 8005, 0);
    preset_bool(facts, "client.fin.seen", true, 8);
    preset_bool(facts, "server.fin.seen", false, 0);
    preset_number(facts, "client.fin.time", 100 * SECOND, 8);
    preset_number(facts, "client.fin.frame", 8, 8);
    preset_number(facts, "client.data.bytes", 65536, 0);
    preset_number(facts, "conn.packets", 7, 0);
    preset_enum(facts, "rst.answers", "data", 10);
    preset_number(facts, "rst.time", 102 * SECOND, 11);
    preset_number(facts, "rst.delay", 41000, 11);
    preset_number(facts, "rst.frame", 11, 11);
    preset_string(facts, "rst.text", "Go away.\n");
    preset_absent(facts, "conn.label");
    return facts;
}

static const struct {
    const char *text;
    Truth truth;
} cases[] = {
#define T TRUTH_TRUE
#define F TRUTH_FALSE
#define U TRUTH_UNKNOWN
    {"true", T},
    {"false", F},
    /* bare facts: known, unknown, absent */
    {"client.fin.seen", T},
    {"server.fin.seen", F},
    {"peer.fin.seen", U},
    {"resetter.fin.seen", F},
    {"not resetter.fin.seen", T},
    {"not peer.fin.seen", U},
    /* Kleene: and, or, not over all pairs */
    {"true and true", T},
    {"true and false", F},
    {"true and peer.fin.seen", U},
    {"false and peer.fin.seen", F},
    {"peer.fin.seen and false", F},
    {"peer.fin.seen and true", U},
    {"peer.fin.seen and peer.fin.seen", U},
    {"false and false", F},
    {"true or true", T},
    {"true or false", T},
    {"false or false", F},
    {"true or peer.fin.seen", T},
    {"peer.fin.seen or true", T},
    {"peer.fin.seen or false", U},
    {"false or peer.fin.seen", U},
    {"peer.fin.seen or peer.fin.seen", U},
    {"not true", F},
    {"not false", T},
    /* precedence: not before and before or */
    {"true or false and false", T},
    {"(true or false) and false", F},
    {"not false and false", F},
    {"not (false and false)", T},
    {"not rst.answers == fin", T},
    {"1 + 2 * 3 == 7", T},
    {"(1 + 2) * 3 == 9", T},
    {"10 - 2 - 3 == 5", T},
    /* comparisons with unknown and absent */
    {"peer.fin.time > 5s + client.fin.time", U},
    {"resetter.fin.time > client.fin.time", F},
    {"resetter.fin.time != client.fin.time", F},
    {"not resetter.fin.time == client.fin.time", T},
    {"client.fin.time < resetter.fin.time", F},
    {"resetter.fin.time == resetter.fin.time", F},
    {"resetter.fin.time == peer.fin.time", F},
    {"peer.fin.time == resetter.fin.time", F},
    {"peer.fin.time - client.fin.time > 1s", U},
    {"resetter.fin.time - client.fin.time > 1s", F},
    {"resetter.fin.time - peer.fin.time > 1s", F},
    {"peer.port in {80}", U},
    {"resetter.port in {80}", F},
    {"peer == client", U},
    {"resetter == client", F},
    {"resetter != client", F},
    /* presence */
    {"known(client.fin.time)", T},
    {"known(peer.fin.time)", F},
    {"known(resetter.fin.time)", F},
    {"absent(client.fin.time)", F},
    {"absent(peer.fin.time)", U},
    {"absent(resetter.fin.time)", T},
    /* every operator, both spellings */
    {"conn.packets == 7 and conn.packets eq 7", T},
    {"conn.packets != 7 or conn.packets ne 7", F},
    {"conn.packets < 8 and conn.packets lt 8 and conn.packets <= 7 and conn.packets le 7", T},
    {"conn.packets > 6 and conn.packets gt 6 and conn.packets >= 7 and conn.packets ge 7", T},
    {"conn.packets < 7 or conn.packets > 7 or conn.packets <= 6 or conn.packets >= 8", F},
    {"client.port in {80, 443, 8000..8010}", T},
    {"client.port in {80, 443, 8006..8010}", F},
    {"client.addr == 10.0.0.0/8", T},
    {"client.addr == 11.0.0.0/8", F},
    {"client.addr != 11.0.0.0/8", T},
    {"10.1.2.3 == client.addr", T},
    {"client.addr == 10.1.2.4", F},
    {"client.addr in {192.168.0.0/16, 10.1.0.0/16}", T},
    {"client.addr == ::/0", F},
    {"server.addr == 2001:db8::/32", T},
    {"server.addr == 2001:db9::/32", F},
    {"server.addr == client.addr", F},
    {"client.addr == client.addr", T},
    {"rst.delay == 41us and rst.delay == 41000ns and rst.delay < 1ms and rst.delay > 0", T},
    {"rst.delay == 0.041ms", T},
    {"rst.delay in {40us..50us}", T},
    {"rst.delay > -1s", T},
    {"client.data.bytes == 64KiB", T},
    {"client.data.bytes > 65.5kB", T},
    {"rst.time - client.fin.time == 2s", T},
    {"client.fin.time + 1min < rst.time", F},
    {"client.fin.time - 1min < rst.time", T},
    {"rst.frame == client.fin.frame + 3", T},
    {"rst.frame - client.fin.frame == 3", T},
    {"rst.answers == data", T},
    {"rst.answers != data", F},
    {"rst.answers in {syn, fin}", F},
    {"rst.answers in {syn, data}", T},
    {"closer == client and client == closer and closer != server", T},
    {"closer in {client}", T},
    {"rst.text == \"Go away.\\n\"", T},
    {"rst.text contains \"away\"", T},
    {"rst.text contains \"Away\"", F},
    {"rst.text matches \"AWAY\\.\\s$\"", T},
    {"rst.text matches \"^away\"", F},
    {"conn.label contains \"x\"", F},
    {"conn.label matches \"x\"", F},
    /* tests of one fact: either way round, unknown, absent */
    {"8 > conn.packets and 7 >= conn.packets and 6 < conn.packets and 7 <= conn.packets", T},
    {"7 == conn.packets and 8 != conn.packets", T},
    {"7 > conn.packets or 7 < conn.packets or 7 != conn.packets or 8 <= conn.packets or 6 >= conn.packets",
     F},
    {"peer.port > 5", U},
    {"5 < peer.port", U},
    {"resetter.port > 5", F},
    {"resetter.port != 5", F},
    {"conn.handshake in {full, none}", U},
    {"conn.handshake == full", U},
    {"data == rst.answers", T},
    /* saturation instead of overflow */
    {"rst.time + 100000d + 100000d > rst.time", T},
    {"conn.packets * 9223372036854775807 * 2 > 0", T},
    {"(client.fin.seen) == (rst.answers == data)", T},
    {"(peer.fin.seen) == true", U},
#undef T
#undef F
#undef U
};

static void evaluates(void **state)
{
    (void)state;
    FactSet *facts = facts_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Expression) expression = expression_new(cases[i].text, "e", 1, 1, NULL, &error);
        if (!expression)
            fail_msg("%s\n%s", cases[i].text, error->message);
        Truth truth = expression_evaluate(expression, facts);
        if (truth != cases[i].truth)
            fail_msg("%s is %d, not %d", cases[i].text, truth, cases[i].truth);
        FactRef fact;
        MissingReason missing;
        assert_int_equal(expression_missing_fact(expression, facts, &fact, &missing), truth == TRUTH_UNKNOWN);
    }
    fake_facts_free(facts);
}

static void names_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fact;
    } missing[] = {
        {"rst.seen", "rst.seen"},
        {"true and rst.seen and peer.fin.seen", "rst.seen"},
        {"(false and rst.seen) or peer.fin.seen", "peer.fin.seen"},
        {"(true or rst.seen) and peer.fin.seen", "peer.fin.seen"},
        {"client.fin.time < peer.fin.time", "peer.fin.time"},
        {"not (client.fin.seen and peer.fin.seen)", "peer.fin.seen"},
        {"client.fin.time + rst.delay < peer.fin.time + rst.delay", "peer.fin.time"},
        {"absent(peer.fin.time)", "peer.fin.time"},
        {"(known(rst.seen)) == (peer.fin.seen)", "peer.fin.seen"},
        {"server.port in {80}", "server.port"},
    };
    FactSet *facts = facts_new();
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
        g_autoptr(Expression) expression = expression_new(missing[i].text, "e", 1, 1, NULL, NULL);
        FactRef fact;
        MissingReason reason;
        g_autoptr(GString) name = g_string_new(NULL);
        assert_true(expression_missing_fact(expression, facts, &fact, &reason));
        fact_format_name(name, fact);
        assert_text(name->str, missing[i].fact);
    }
    preset_unknown(facts, "rst.seen", MISSING_END);
    g_autoptr(Expression) expression = expression_new("rst.seen", "e", 1, 1, NULL, NULL);
    FactRef fact;
    MissingReason reason = MISSING_NOTHING;
    assert_true(expression_missing_fact(expression, facts, &fact, &reason));
    assert_int_equal(reason, MISSING_END);
    fake_facts_free(facts);
}

/* A pattern that would try for ever gives up, and the answer is unknown. */
static void limits_patterns(void **state)
{
    (void)state;
    FactSet *facts = fake_facts_new();
    g_autofree char *subject = g_strnfill(5000, 'a');
    preset_string(facts, "rst.text", subject);
    g_autoptr(Expression) bomb =
        expression_new("rst.text matches \"^(a+)+(a+)+(a+)+$b\"", "e", 1, 1, NULL, NULL);
    assert_non_null(bomb);
    assert_int_equal(expression_evaluate(bomb, facts), TRUTH_UNKNOWN);

    g_autofree char *longest = g_strnfill(2000, 'a');
    g_autofree char *text = g_strdup_printf("rst.text matches \"%s\"", longest);
    g_autoptr(GError) error = NULL;
    assert_null(expression_new(text, "e", 1, 1, NULL, &error));
    assert_non_null(strstr(error->message, "pattern"));

    preset_string(facts, "rst.text", "\xff\xfe abc \x80");
    g_autoptr(Expression) odd = expression_new("rst.text matches \"ABC\"", "e", 1, 1, NULL, NULL);
    assert_int_equal(expression_evaluate(odd, facts), TRUTH_TRUE);
    fake_facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluates),
        cmocka_unit_test(names_what_is_missing),
        cmocka_unit_test(limits_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
