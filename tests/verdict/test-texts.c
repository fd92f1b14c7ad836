/* The texts of the built-in rules have no mistake. They are parsed when they are first told, and then there
 * is nobody to be told of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "rules/set/builtin.h"
#include "rules/set/rule-set.h"
#include "rules/text/template.h"

static void assert_sound(const Template *text, const Rule *rule, const RuleSet *rules)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Template) template =
        text ? template_new(template_text(text), rule->file, rule->line, 1, rules, &error) : NULL;
    if (text && !template)
        fail_msg("%s", error->message);
}

static void assert_sound_lines(const GArray *lines, const Rule *rule, const RuleSet *rules)
{
    for (guint i = 0; i < lines->len; i++)
        assert_sound(g_array_index(lines, RuleLine, i).text, rule, rules);
}

static void texts_have_no_mistake(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_builtin(&error);
    if (!rules || !rule_set_finish(rules, &error))
        fail_msg("%s", error->message);
    const GPtrArray *all = rule_set_all(rules);
    assert_true(all->len);
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        assert_sound(rule->title, rule, rules);
        assert_sound(rule->happened, rule, rules);
        assert_sound(rule->lost, rule, rules);
        assert_sound_lines(rule->programs, rule, rules);
        assert_sound_lines(rule->confirm, rule, rules);
        assert_sound_lines(rule->fix, rule, rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_have_no_mistake)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
