/* The rules that are compiled in: from their trees on they go the way of all others. */
#include "rules/set/builtin.h"

#include "rules/set/private.h"

RuleSet *rule_set_new_builtin(GError **error)
{
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    rules->loads_builtin = true;
    for (guint i = 0; i < builtin_document_count; i++)
        load_document(rules, builtin_documents[i].name, builtin_documents[i].root, mistakes);
    rules->loads_builtin = false;
    return mistake_list_check(mistakes, error) ? g_steal_pointer(&rules) : NULL;
}
