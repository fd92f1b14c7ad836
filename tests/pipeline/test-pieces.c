/* The pieces of the pipeline that can be tested without a capture: settings, filters, options, outputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "pipeline/filter.h"
#include "pipeline/loading.h"
#include "pipeline/oddities.h"
#include "pipeline/options.h"

static void settings_are_found_from_below(void **state)
{
    (void)state;
    g_autofree char *top = g_dir_make_tmp("closelint-XXXXXX", NULL);
    assert_non_null(top);
    g_autofree char *deep = g_build_filename(top, "a", "b", NULL);
    g_autofree char *middle = g_build_filename(top, "a", NULL);
    g_autofree char *settings = g_build_filename(middle, ".closelint.yaml", NULL);
    assert_int_equal(g_mkdir_with_parents(deep, 0700), 0);
    assert_true(g_file_set_contents(settings, "", 0, NULL));
    g_autofree char *found = config_find(deep);
    assert_string_equal(found, settings);
    g_remove(settings);
    g_autofree char *other = config_find(deep);
    assert_true(!other || !g_str_has_prefix(other, top));
    g_rmdir(deep);
    g_rmdir(middle);
    g_rmdir(top);
}

/* Ethernet, IPv4, UDP from port 53. */
static const uint8_t dns[] = {0, 1,  2,  3, 4, 5,  6, 7, 8, 9,  10, 11, 8, 0, 0x45, 0, 0,  28, 0, 1, 0,
                              0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0,  0,  2, 0, 53,   0, 99, 0,  8, 0, 0};

static void filters_know_link_types(void **state)
{
    (void)state;
    g_autoptr(PacketFilter) filter = packet_filter_new("udp port 53", NULL);
    assert_non_null(filter);
    Frame frame = {.bytes = dns, .captured_len = sizeof dns, .original_len = sizeof dns, .link_type = 1};
    assert_true(packet_filter_takes(filter, &frame));
    frame.bytes += 14; /* the same without Ethernet */
    frame.captured_len -= 14;
    assert_false(packet_filter_takes(filter, &frame));
    frame.link_type = 101;
    assert_true(packet_filter_takes(filter, &frame));
    frame.captured_len = 0;
    assert_false(packet_filter_takes(filter, &frame));
    for (uint16_t link_type = 200; link_type < 300; link_type++) {
        frame.link_type = link_type;
        packet_filter_takes(filter, &frame);
    }
}

static void bad_filters_are_usage_errors(void **state)
{
    (void)state;
    GError *error = NULL;
    assert_null(packet_filter_new("port and and", &error));
    assert_true(g_error_matches(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE));
    g_error_free(error);
}

static bool parse(Options *options, const char *line, GError **error)
{
    g_auto(GStrv) arguments = NULL;
    assert_true(g_shell_parse_argv(line, NULL, &arguments, NULL));
    return options_parse(options, arguments, error);
}

static void options_are_read(void **state)
{
    (void)state;
    Options options;
    assert_true(
        parse(&options, "closelint -r one.pcap -t ud --fail-on note -o json=x -o text two.pcap", NULL));
    assert_int_equal(options.mode, MODE_REPORT);
    assert_string_equal(options.captures[0], "one.pcap");
    assert_string_equal(options.captures[1], "two.pcap");
    assert_int_equal(options.report.time, TIME_UD);
    assert_int_equal(options.report.fail_on, SEVERITY_NOTE);
    assert_string_equal(options.outputs[1], "text");
    assert_int_equal(options.stream, -1);
    options_clear(&options);
    assert_true(parse(&options, "closelint --stream 7 -V -- -odd-name.pcap", NULL));
    assert_int_equal(options.stream, 7);
    assert_true(options.report.whole_stream && options.report.facts);
    assert_string_equal(options.captures[0], "-odd-name.pcap");
    assert_string_equal(options.outputs[0], "text");
    options_clear(&options);
    assert_true(parse(&options, "closelint -", NULL));
    assert_string_equal(options.captures[0], "-");
    options_clear(&options);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "closelint",
        "closelint --stream 1 --why 1 x",
        "closelint -V x",
        "closelint --stream 4294967296 x",
        "closelint --list-rules x",
        "closelint --config a --no-config x",
        "closelint --stream",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
        Options options;
        GError *error = NULL;
        assert_false(parse(&options, lines[i], &error));
        assert_true(g_error_matches(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE));
        g_error_free(error);
        options_clear(&options);
    }
}

/* FRAME_NUMBERS_MAX: nobody waits for so many. */
static void frames_that_have_no_number_are_refused(void **state)
{
    (void)state;
    Oddities oddities = {0};
    const Frame frames[] = {
        {.number = FRAME_NUMBERS_MAX - 1}, {.number = FRAME_NUMBERS_MAX}, {.number = FRAME_NUMBERS_MAX + 1ull}};
    assert_int_equal(oddities_bound_frames(&oddities, frames, 2), 2);
    assert_false(oddities.is_full);
    assert_int_equal(oddities_bound_frames(&oddities, frames, 3), 2);
    assert_true(oddities.is_full);
    assert_int_equal(oddities_bound_frames(&oddities, frames + 2, 1), 0);
    g_autoptr(DiagnosticList) told = diagnostic_list_new();
    g_autoptr(FrameSource) source = frame_source_join((char *[]){(char *)"/dev/null", NULL});
    oddities_tell(&oddities, source, told);
    assert_int_equal(diagnostic_list_worst(told), DIAGNOSTIC_ERROR);
    bool is_told = false;
    for (guint i = 0; i < diagnostic_list_length(told); i++)
        is_told |= strstr(diagnostic_list_get(told, i)->message, "after frame 4294967295") != NULL;
    assert_true(is_told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_found_from_below),          cmocka_unit_test(filters_know_link_types),
        cmocka_unit_test(bad_filters_are_usage_errors),           cmocka_unit_test(options_are_read),
        cmocka_unit_test(frames_that_have_no_number_are_refused), cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
