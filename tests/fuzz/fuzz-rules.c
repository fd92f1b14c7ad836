/* Fuzz target of rule files: the input is a YAML file, loaded beside one parameter. Whatever loads is
 * finished; then it judges a connection, explains itself and tells every text. Links with the small catalogue
 * of tests/rules. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "fake-catalogue.h"
#include "rules/language/expression.h"
#include "rules/set/rule-set.h"
#include "rules/text/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char parameters[] = "parameters: {fin_timeout: {value: 60s, source: s, doc: d}}\n";

static void tell(const Template *template, FactSet *facts)
{
    if (!template)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GArray) frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    template_render(template, facts, false, text);
    g_assert(g_utf8_validate(text->str, -1, NULL));
    g_string_truncate(text, 0);
    template_render(template, facts, true, text);
    for (gsize i = 0; i < text->len; i++)
        g_assert((unsigned char)text->str[i] < 0x80);
    template_frames(template, facts, frames);
}

static void tell_lines(const GArray *lines, FactSet *facts)
{
    for (guint i = 0; i < lines->len; i++)
        tell(g_array_index(lines, RuleLine, i).text, facts);
}

static void tell_rules(const RuleSet *rules, FactSet *facts)
{
    const GPtrArray *all = rule_set_all(rules);
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        g_assert(rule_set_find(rules, rule->id) == rule);
        tell(rule->title, facts);
        tell(rule->happened, facts);
        tell(rule->lost, facts);
        tell_lines(rule->programs, facts);
        tell_lines(rule->confirm, facts);
        tell_lines(rule->fix, facts);
    }
}

static void use(const RuleSet *rules)
{
    FactSet *facts = fake_facts_new();
    Verdict verdict;
    g_autoptr(GString) text = g_string_new(NULL);
    rule_set_judge(rules, facts, &verdict);
    preset_bool(facts, "rst.seen", true, 1);
    preset_number(facts, "closer", SIDE_CLIENT, 1);
    preset_enum(facts, "rst.answers", "data", 2);
    preset_number(facts, "rst.delay", 41000, 2);
    preset_string(facts, "rst.text", "\x1b[31m \xff");
    preset_absent(facts, "peer.fin.frame");
    rule_set_explain_path(rules, facts, text);
    tell_rules(rules, facts);
    fake_facts_free(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && g_strstr_len((const char *)data, (gssize)size, "add")) /* would read files of this machine */
        return 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    bool loaded = rule_set_load_text(rules, "parameters", parameters, strlen(parameters), &error) &&
                  rule_set_load_text(rules, "fuzz", (const char *)data, size, &error) &&
                  rule_set_finish(rules, &error);
    g_assert(loaded == !error);
    if (loaded)
        use(rules);
    return 0;
}
