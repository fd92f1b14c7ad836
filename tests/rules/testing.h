/* What the tests of the rules layer share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "fake-catalogue.h"
#include "rules/language/expression.h"
#include "rules/set/rule-set.h"
#include "rules/text/template.h"

/* Compares texts and shows both where they differ. */
#define assert_text(actual, expected)                                                                        \
    do {                                                                                                     \
        if (g_strcmp0(actual, expected))                                                                     \
            fail_msg("got:\n%s\nexpected:\n%s", (actual) ? (actual) : "(nothing)", expected);                \
    } while (0)

/* A finished set of this text alone, which stands for the file "t.yaml"; a mistake fails the test. Caller
 * frees. */
static inline RuleSet *rules_from(const char *text)
{
    g_autoptr(GError) error = NULL;
    RuleSet *rules = rule_set_new_empty();
    if (!rule_set_load_text(rules, "t.yaml", text, strlen(text), &error) || !rule_set_finish(rules, &error))
        fail_msg("%s", error->message);
    return rules;
}

/* The mistakes of a text, while it is loaded or finished; "" for none. Caller frees. */
static inline char *mistakes_in(const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    if (rule_set_load_text(rules, "t.yaml", text, length, &error))
        rule_set_finish(rules, &error);
    return g_strdup(error ? error->message : "");
}
