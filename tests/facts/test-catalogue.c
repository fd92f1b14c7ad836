/* The catalogue is sound: names, roles, sentences, and every fact can be asked of anything. */
#include <string.h>

#include "findings.h"

static void every_row_says_what_it_is(void **state)
{
    (void)state;
    assert_true(fact_count() > 0);
    for (guint i = 0; i < fact_count(); i++) {
        const FactRow *row = fact_row(i);
        size_t length = strlen(row->doc);
        if (length < 5 || row->doc[length - 1] != '.' ||
            !(g_ascii_isupper(row->doc[0]) || strchr(row->doc, ':')))
            fail_msg("%s: \"%s\" is no sentence", row->name, row->doc);
        assert_null(strstr(row->doc, "  "));
        assert_non_null(row->compute);
    }
}

static void names_are_dotted_lower_case(void **state)
{
    (void)state;
    for (guint i = 0; i < fact_count(); i++) {
        const char *name = fact_row(i)->name;
        if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") != strlen(name) || strstr(name, "..") ||
            name[0] == '.' || name[strlen(name) - 1] == '.')
            fail_msg("%s", name);
        FactRole role;
        const char *dot = strchr(name, '.');
        assert_false(fact_role_find(name, dot ? (size_t)(dot - name) : strlen(name), &role));
        if (!fact_row(i)->per_side && !fact_row(i)->is_judged)
            assert_non_null(dot); /* of some family */
    }
}

static void enums_have_names_and_numbers_units(void **state)
{
    (void)state;
    for (guint i = 0; i < fact_count(); i++) {
        const FactRow *row = fact_row(i);
        assert_int_equal(row->type == VALUE_ENUM, row->enum_names != NULL);
        const char *unit = row->type == VALUE_BYTES                                 ? "bytes"
                           : row->type == VALUE_DURATION || row->type == VALUE_TIME ? "ns"
                                                                                    : NULL;
        if (g_strcmp0(row->unit, unit))
            fail_msg("%s: unit %s", row->name, row->unit ? row->unit : "none");
        assert_string_not_equal(value_type_name(row->type), "");
    }
}

/* Each name, under each role, resolves to itself; no two are the same. */
static void every_name_is_found_and_unique(void **state)
{
    (void)state;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < fact_count(); i++) {
        bool per_side = fact_row(i)->per_side;
        unsigned first = per_side ? ROLE_CLIENT : ROLE_NONE, last = per_side ? ROLES - 1 : ROLE_NONE;
        for (unsigned role = first; role <= last; role++) {
            g_autoptr(GString) name = g_string_new(NULL);
            FactRef ref;
            fact_format_name(name, (FactRef){(uint16_t)i, (uint8_t)role});
            if (!fact_find(name->str, name->len, &ref))
                fail_msg("%s is not found", name->str);
            assert_int_equal(ref.row, i);
            assert_int_equal(ref.role, role);
            if (!g_hash_table_add(seen, g_strdup(name->str)))
                fail_msg("%s is there twice", name->str);
        }
    }
}

static void a_role_alone_is_a_side(void **state)
{
    (void)state;
    FactRef ref;
    assert_true(fact_find("closer", 6, &ref));
    assert_int_equal(ref.role, ROLE_CLOSER);
    assert_int_equal(fact_ref_row(ref)->type, VALUE_SIDE);
}

static void what_is_no_fact_is_not_found(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        ".",
                                        "rst",
                                        "fin.seen",
                                        "client.",
                                        ".fin.seen",
                                        "client.rst",
                                        "client.rst.seen",
                                        "Client.port",
                                        "rst.seen.",
                                        "conn.port",
                                        "nobody.port"};
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        FactRef ref;
        if (fact_find(wrong[i], strlen(wrong[i]), &ref))
            fail_msg("\"%s\" was found", wrong[i]);
    }
}

/* The length counts, not a terminator: names are slices of an expression. */
static void a_name_is_a_slice(void **state)
{
    (void)state;
    FactRef ref;
    assert_true(fact_find("rst.seen and more", 8, &ref));
    assert_false(fact_find("rst.seen", 7, &ref));
}

static void assert_nearest(const char *name, const char *expected)
{
    g_autofree char *nearest = fact_nearest(name, strlen(name));
    if (g_strcmp0(nearest, expected))
        fail_msg("%s: %s instead of %s", name, nearest ? nearest : "nothing",
                 expected ? expected : "nothing");
}

static void slips_find_the_name_that_was_meant(void **state)
{
    (void)state;
    assert_nearest("rst.sen", "rst.seen");
    assert_nearest("rst.dely", "rst.delay");
    assert_nearest("closer.fin.acket", "closer.fin.acked");
    assert_nearest("clienf.fin.seen", "client.fin.seen");
    assert_nearest("conn.handshaek", "conn.handshake");
    assert_nearest("xyzzy-nothing-like-that", NULL);
    assert_nearest("", NULL);
}

/* Every fact of every story can be asked for; what is known has a frame of the capture, or none. */
static void every_fact_can_be_asked_of_anything(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    static const char *const flags[] = {"S", "S.", "F.", "R", "R.", ".", "P.", "FR"};
    uint32_t random = 7;
    for (unsigned i = 0; i < 400; i++) {
        random = random * 1664525 + 1013904223;
        emit(script, random >> 31, flags[(random >> 20) % G_N_ELEMENTS(flags)], random % 5, random % 3,
             random % 4);
        FactSet *facts = facts_of(story, i);
        for (guint row = 0; row < fact_count(); row++) {
            for (unsigned role = fact_row(row)->per_side; role < (fact_row(row)->per_side ? ROLES : 1u);
                 role++) {
                const Value *value = fact_get(facts, (FactRef){(uint16_t)row, (uint8_t)role});
                assert_true(value->frame <= script->frame);
                if (value->presence == VALUE_UNKNOWN)
                    assert_int_not_equal(value->missing, MISSING_NOTHING);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_what_it_is),
        cmocka_unit_test(names_are_dotted_lower_case),
        cmocka_unit_test(enums_have_names_and_numbers_units),
        cmocka_unit_test(every_name_is_found_and_unique),
        cmocka_unit_test(a_role_alone_is_a_side),
        cmocka_unit_test(what_is_no_fact_is_not_found),
        cmocka_unit_test(a_name_is_a_slice),
        cmocka_unit_test(slips_find_the_name_that_was_meant),
        FACT_TEST(every_fact_can_be_asked_of_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
