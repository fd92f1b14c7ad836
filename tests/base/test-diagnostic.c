#include "testing.h"

#include "base/diagnostic.h"

static void keeps_what_it_is_told_in_order(void **state)
{
    (void)state;
    g_autoptr(DiagnosticList) list = diagnostic_list_new();
    diagnostic_list_add(list, DIAGNOSTIC_WARNING, 24, 3, "link type %u is not read", 147);
    diagnostic_list_add(list, DIAGNOSTIC_NOTE, 100, 0, "the file ends early");
    assert_int_equal(diagnostic_list_length(list), 2);
    const Diagnostic *first = diagnostic_list_get(list, 0);
    assert_string_equal(first->message, "link type 147 is not read");
    assert_int_equal(first->severity, DIAGNOSTIC_WARNING);
    assert_int_equal(first->offset, 24);
    assert_int_equal(first->frame, 3);
    assert_string_equal(diagnostic_list_get(list, 1)->message, "the file ends early");
}

static void an_empty_list_is_no_worse_than_a_note(void **state)
{
    (void)state;
    g_autoptr(DiagnosticList) list = diagnostic_list_new();
    assert_int_equal(diagnostic_list_length(list), 0);
    assert_int_equal(diagnostic_list_dropped(list), 0);
    assert_int_equal(diagnostic_list_worst(list), DIAGNOSTIC_NOTE);
}

/* The worst counts even where it is one too many to be kept. */
static void is_bounded_but_remembers_the_worst(void **state)
{
    (void)state;
    g_autoptr(DiagnosticList) list = diagnostic_list_new();
    for (unsigned i = 0; i < DIAGNOSTICS_MAX; i++)
        diagnostic_list_add(list, DIAGNOSTIC_NOTE, i, 0, "note %u", i);
    assert_int_equal(diagnostic_list_dropped(list), 0);
    diagnostic_list_add(list, DIAGNOSTIC_ERROR, 0, 0, "the last straw");
    diagnostic_list_add(list, DIAGNOSTIC_NOTE, 0, 0, "another");
    assert_int_equal(diagnostic_list_length(list), DIAGNOSTICS_MAX);
    assert_int_equal(diagnostic_list_dropped(list), 2);
    assert_int_equal(diagnostic_list_worst(list), DIAGNOSTIC_ERROR);
    assert_string_equal(diagnostic_list_get(list, DIAGNOSTICS_MAX - 1)->message, "note 63");
}

static void severities_have_names(void **state)
{
    (void)state;
    assert_string_equal(diagnostic_severity_name(DIAGNOSTIC_NOTE), "note");
    assert_string_equal(diagnostic_severity_name(DIAGNOSTIC_WARNING), "warning");
    assert_string_equal(diagnostic_severity_name(DIAGNOSTIC_ERROR), "error");
}

static void nothing_can_be_freed(void **state)
{
    (void)state;
    diagnostic_list_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_it_is_told_in_order),
        cmocka_unit_test(an_empty_list_is_no_worse_than_a_note),
        cmocka_unit_test(is_bounded_but_remembers_the_worst),
        cmocka_unit_test(severities_have_names),
        cmocka_unit_test(nothing_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
