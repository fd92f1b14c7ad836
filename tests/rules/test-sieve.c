/* Many rules that ask the same in many ways, put together as rule_set_judge() does, against each one's tree
 * by itself: for every combination of known, unknown and absent facts. */
#include "rules/language/tree.h"
#include "testing.h"

enum { RULES = 30, SETS = 30, FACTS = 5, VARIANTS = 4 };

static const char *const tests[] = {
    "rst.seen",
    "not rst.seen",
    "known(rst.seen)",
    "closer.fin.seen",
    "known(closer.fin.seen)",
    "conn.packets > 5",
    "conn.packets <= 5",
    "conn.packets != 9",
    "5 < conn.packets",
    "rst.answers == data",
    "rst.answers in {syn, data, fin}",
    "not rst.answers in {syn-ack, ack}",
    "rst.text contains \"a\"",
    "known(rst.text)",
    "closer.fin.seen == rst.seen",
    "true",
    "false",
};

static void set_fact(FactSet *facts, unsigned fact, unsigned variant)
{
    static const char *const names[FACTS] = {"rst.seen", "closer.fin.seen", "conn.packets", "rst.answers",
                                             "rst.text"};
    if (variant == 2)
        preset_unknown(facts, names[fact], MISSING_END);
    else if (variant == 3)
        preset_absent(facts, names[fact]);
    else if (fact < 2)
        preset_bool(facts, names[fact], variant == 1, 0);
    else if (fact == 2)
        preset_number(facts, names[fact], variant == 1 ? 9 : 5, 0);
    else if (fact == 3)
        preset_enum(facts, names[fact], variant == 1 ? "fin" : "syn-ack", 0);
    else
        preset_string(facts, names[fact], variant == 1 ? "abc" : "xyz");
}

static void set_all(FactSet *facts, unsigned combination)
{
    for (unsigned fact = 0; fact < FACTS; fact++, combination /= VARIANTS)
        set_fact(facts, fact, combination % VARIANTS);
}

static void add_condition(GRand *random, GString *out, unsigned depth)
{
    if (!depth || g_rand_int_range(random, 0, 4) == 0) {
        g_string_append(out, tests[g_rand_int_range(random, 0, G_N_ELEMENTS(tests))]);
        return;
    }
    const char *joint = g_rand_boolean(random) ? " and " : " or ";
    g_string_append(out, g_rand_int_range(random, 0, 5) ? "(" : "not (");
    for (int i = g_rand_int_range(random, 1, 4); i >= 0; i--) {
        add_condition(random, out, depth - 1);
        g_string_append(out, i ? joint : ")");
    }
}

static RuleSet *random_rules(GRand *random, const char *kind)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i < RULES; i++) {
        g_string_append_printf(text, "- {%s: r%02u, severity: note, title: t, happened: h, when: '", kind, i);
        add_condition(random, text, 2);
        g_string_append(text, "'}\n");
    }
    return rules_from(text->str);
}

static Truth truth_of(const RuleSet *rules, unsigned i, FactSet *facts)
{
    const Rule *rule = rule_set_all(rules)->pdata[i];
    return expression_evaluate_node(rule->when, rule->when->root, facts);
}

static void assert_findings(const RuleSet *rules, FactSet *facts)
{
    Verdict verdict;
    rule_set_judge(rules, facts, &verdict);
    unsigned count = 0;
    for (unsigned i = 0; i < RULES; i++) {
        if (truth_of(rules, i, facts) != TRUTH_TRUE)
            continue;
        assert_true(count < verdict.finding_count);
        assert_ptr_equal(verdict.findings[count++].rule, rule_set_all(rules)->pdata[i]);
    }
    assert_int_equal(verdict.finding_count, count);
}

static void assert_endings(const RuleSet *rules, FactSet *facts)
{
    Verdict verdict;
    rule_set_judge(rules, facts, &verdict);
    unsigned possible = 0, i = 0;
    Truth truth = TRUTH_FALSE;
    for (; i < RULES && (truth = truth_of(rules, i, facts)) != TRUTH_TRUE; i++)
        if (truth == TRUTH_UNKNOWN && possible < VERDICT_POSSIBLE_MAX)
            assert_ptr_equal(verdict.possible[possible++].rule, rule_set_all(rules)->pdata[i]);
    assert_int_equal(verdict.possible_count, possible);
    assert_ptr_equal(verdict_ending(&verdict), i < RULES ? rule_set_all(rules)->pdata[i] : NULL);
}

static void assert_all(const char *kind, void (*assert_one)(const RuleSet *rules, FactSet *facts))
{
    FactSet *facts = fake_facts_new();
    for (guint32 seed = 0; seed < SETS; seed++) {
        GRand *random = g_rand_new_with_seed(seed);
        g_autoptr(RuleSet) rules = random_rules(random, kind);
        g_rand_free(random);
        for (unsigned combination = 0; combination < 1u << 2 * FACTS; combination++) {
            set_all(facts, combination);
            assert_one(rules, facts);
        }
    }
    fake_facts_free(facts);
}

static void finds_what_each_says(void **state)
{
    (void)state;
    assert_all("finding", assert_findings);
}

static void ends_as_each_says(void **state)
{
    (void)state;
    assert_all("ending", assert_endings);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(finds_what_each_says),
        cmocka_unit_test(ends_as_each_says),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
