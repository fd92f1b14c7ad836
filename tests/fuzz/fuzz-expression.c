/* Fuzz target of the expression language: the input is a text. Whatever compiles is evaluated over facts that
 * are known, unknown and absent; knowing more must never turn one decided answer into the other, except
 * through known(), and the tests laid out flat must come to what the tree comes to. Links with the small
 * catalogue of tests/rules. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "fake-catalogue.h"
#include "rules/language/expression.h"
#include "rules/language/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value of the row's type, made of a number. */
static Value value_of(const FactRow *row, int64_t number)
{
    static const char *const strings[] = {"", "go away", "\x1b\xff\n"};
    Value value = {.type = row->type, .frame = (uint64_t)number & 15};
    switch (row->type) {
    case VALUE_BOOL:
        value.as.boolean = number & 1;
        break;
    case VALUE_STRING:
        value.as.string = strings[number % 3];
        break;
    case VALUE_ADDRESS:
        value.as.address = (Address){.bytes = {10, 0, 0, (uint8_t)number}, .version = number & 1 ? 4 : 6};
        break;
    case VALUE_ENUM:
        value.as.number = number % 3;
        break;
    case VALUE_SIDE:
        value.as.number = number & 1;
        break;
    default:
        value.as.number = number * INT64_C(100000007);
    }
    return value;
}

/* Fills in facts: `round` decides which are known. Round 0: none. */
static void fill(FactSet *facts, guint round)
{
    for (guint row = 0; row < fact_count(); row++) {
        for (guint role = 0; role < ROLES; role++) {
            FactRef ref = {.row = (uint16_t)row, .role = (uint8_t)role};
            Value value = value_of(fact_row(row), (int64_t)(row * 7 + role));
            guint kind = (row + role * 3 + round) % 4;
            if (!round || kind == 0)
                value.presence = VALUE_UNKNOWN;
            else if (kind == 1)
                value.presence = VALUE_ABSENT;
            fake_facts_set(facts, ref, &value);
        }
    }
}

static void use(const Expression *expression)
{
    FactSet *facts = fake_facts_new();
    Truth blind = TRUTH_UNKNOWN;
    for (guint round = 0; round < 5; round++) {
        FactRef fact;
        MissingReason missing;
        fill(facts, round);
        Truth truth = expression_evaluate(expression, facts);
        g_assert(truth == expression_evaluate_node(expression, expression->root, facts));
        bool found = expression_missing_fact(expression, facts, &fact, &missing);
        g_assert(!found || truth == TRUTH_UNKNOWN);
        g_assert(!found || fact_get(facts, fact)->presence == VALUE_UNKNOWN);
        if (!round)
            blind = truth;
        bool may_change = strstr(expression_text(expression), "known") != NULL;
        g_assert(may_change || blind == TRUTH_UNKNOWN || truth == blind || truth == TRUTH_UNKNOWN);
    }
    fake_facts_free(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Expression) expression = expression_new(text, "fuzz", 1, 1, NULL, &error);
    g_assert(!expression == (error != NULL));
    g_assert(!error || g_str_has_prefix(error->message, "fuzz:"));
    if (expression)
        use(expression);
    return 0;
}
