/* The table of options, and what GOption makes of a command line. An option is only here when it works; what
 * was given is checked in options-check.c. */
#include "pipeline/options.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "pipeline/captures.h"
#include "pipeline/options-raw.h"
#include "base/nearest.h"

static const char *const details =
    "CAPTURE is a pcap, pcapng or snoop file, plain or compressed with gzip, zstd, lz4 or xz; a folder stands\n"
    "for all captures below it, - for standard input.\n"
    "\n"
    "Exit status: 0 nothing at or above the threshold, 1 findings, 2 wrong usage or rules, or an output\n"
    "that could not be written, 3 an input that could not be read, or not to its end. Where several apply,\n"
    "2 goes before 3 and 3 before 1.";

/* "CAPTURE is … text  for people …": what --help says at its end. Caller frees. */
static char *details_new(void)
{
    GString *text = g_string_new(details);
    g_string_append(text, "\n\nFormats for -o:\n");
    for (unsigned i = 0; report_format(i); i++)
        g_string_append_printf(text, "  %-8s %s\n", report_format(i)->name, report_format(i)->doc);
    return g_string_free(text, FALSE);
}

typedef struct {
    GOptionContext *context;
    GPtrArray *names; /* long ones, borrowed */
} OptionTable;

static void table_add(OptionTable *table, const GOptionEntry *entries)
{
    g_option_context_add_main_entries(table->context, entries, NULL);
    for (; entries->long_name; entries++)
        g_ptr_array_add(table->names, (gpointer)entries->long_name);
}

/* Values are taken as bytes, whatever the locale; that they are text is checked by name. */

static void add_input_options(OptionTable *table, RawOptions *raw)
{
    const GOptionEntry entries[] = {
        {"read", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_READ],
         "Read this capture, as CAPTURE", "FILE"},
        {"join", 0, 0, G_OPTION_ARG_NONE, &raw->join,
         "Read several captures as one, in order of time, as mergecap merges them", NULL},
        {"filter", 'f', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_FILTER],
         "Only packets that this capture filter takes, in libpcap's syntax", "BPF"},
        {"where", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_WHERE],
         "Only connections of which this holds, as in rules: 'rst.seen and server.port == 443'", "EXPR"},
        {"stream", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_STREAM],
         "One connection in full; N is Wireshark's tcp.stream", "N"},
        {"numbering", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_NUMBERING],
         "Number streams as Wireshark 4.4 (default) or as 4.0 does", "VERSION"},
        {"follow", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_FOLLOW],
         "The bytes that one side of a connection sent, and nothing else", "N:client|server"},
        {"facts", 'V', 0, G_OPTION_ARG_NONE, &raw->facts, "With --stream: every fact of it as well", NULL},
        {"why", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_WHY],
         "How the verdict on one connection came about", "N"},
        G_OPTION_ENTRY_NULL};
    table_add(table, entries);
}

static void add_rule_options(OptionTable *table, RawOptions *raw)
{
    const GOptionEntry entries[] = {
        {"rules", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_RULES],
         "Add a rule file, or all below a directory", "PATH"},
        {"param", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_PARAM],
         "Set a parameter of the rules: fin_timeout=30s", "NAME=VALUE"},
        {"select", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_SELECT],
         "Only these rules, by id or by a node of the tree of endings", "IDS"},
        {"ignore", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_IGNORE], "All rules but these",
         "IDS"},
        {"config", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_CONFIG],
         "Use this file, not the nearest .closelint.yaml", "FILE"},
        {"no-config", 0, 0, G_OPTION_ARG_NONE, &raw->no_config, "Use no .closelint.yaml", NULL},
        {"list-rules", 0, 0, G_OPTION_ARG_NONE, &raw->list_rules, "List every rule", NULL},
        {"explain", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_EXPLAIN], "Explain one rule",
         "RULE"},
        {"list-facts", 0, 0, G_OPTION_ARG_NONE, &raw->list_facts, "List every fact that rules can use", NULL},
        {"markdown", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &raw->markdown,
         "Lists as they stand in docs/", NULL},
        {"test-rules", 0, 0, G_OPTION_ARG_NONE, &raw->test_rules, "Try every rule on its samples", NULL},
        {"samples", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_SAMPLES],
         "Where --test-rules finds them (default: ./samples)", "DIR"},
        G_OPTION_ENTRY_NULL};
    table_add(table, entries);
}

static void add_output_options(OptionTable *table, RawOptions *raw)
{
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_OUTPUT],
         "How to report (see below; default: text); may be repeated", "FORMAT[=FILE]"},
        {"fail-on", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_FAIL_ON],
         "What makes the exit status 1: error (default), warning, note or never", "SEVERITY"},
        {"expect", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_EXPECT],
         "Hold the captures against what they should show, in this file", "FILE"},
        {"write-expect", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_WRITE_EXPECT],
         "Write what they show, to be held against later", "FILE"},
        {"time", 't', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_TIME],
         "How to show time, as tshark: a, ad, r, d, e, u or ud", "FORMAT"},
        {"color", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->values[GIVEN_COLOR],
         "auto (default), always or never", "WHEN"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &raw->quiet, "Only what is wrong, a title each", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &raw->verbose,
         "Notes in full, and every connection that ended well", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &raw->help, "Print this", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &raw->version, "Print the version", NULL},
        G_OPTION_ENTRY_NULL};
    table_add(table, entries);
}

bool options_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, message);
    return false;
}

/* "--stram=3": GOption took it for none of the table's. */
static bool fail_unknown(const OptionTable *table, const char *argument, GError **error)
{
    const char *name = argument + strspn(argument, "-");
    gsize length = strcspn(name, "=");
    Nearest nearest = nearest_begin(name, length);
    for (guint i = 0; i < table->names->len; i++)
        nearest_offer(&nearest, table->names->pdata[i]);
    g_autofree char *hint =
        nearest.best ? g_strdup_printf("; did you mean --%s?", nearest.best) : g_strdup("");
    return options_fail(error, "there is no option %.*s%s", (int)(name - argument + (gssize)length), argument,
                        hint);
}

/* What GOption left: captures, and before a "--" whatever it does not know. */
static bool take_captures(Options *options, RawOptions *raw, const OptionTable *table, char **left,
                          GError **error)
{
    GPtrArray *all = g_ptr_array_new();
    char **first = raw->values[GIVEN_READ];
    for (guint i = 0; first && first[i]; i++)
        g_ptr_array_add(all, g_strdup(first[i]));
    const char *unknown = NULL;
    bool is_behind = false;
    for (; *left; left++) {
        if (!is_behind && !strcmp(*left, "--"))
            is_behind = true;
        else if (!is_behind && left[0][0] == '-' && left[0][1])
            unknown = unknown ? unknown : *left;
        else
            g_ptr_array_add(all, g_strdup(*left));
    }
    g_ptr_array_add(all, NULL);
    GPtrArray *left_out = g_ptr_array_new();
    options->captures = captures_expand((char *const *)all->pdata, left_out);
    g_ptr_array_add(left_out, NULL);
    options->left_out = (char **)g_ptr_array_free(left_out, FALSE);
    g_strfreev((char **)g_ptr_array_free(all, FALSE));
    return !unknown || fail_unknown(table, unknown, error);
}

static bool parse(Options *options, RawOptions *raw, OptionTable *table, char **arguments, GError **error)
{
    g_auto(GStrv) rest = g_strdupv(arguments);
    g_autoptr(GError) problem = NULL;
    if (!g_option_context_parse_strv(table->context, &rest, &problem))
        return options_fail(error, "%s", problem->message);
    if (raw->help) {
        options->mode = MODE_HELP;
        options->help = g_option_context_get_help(table->context, TRUE, NULL);
    }
    return take_captures(options, raw, table, rest[0] ? rest + 1 : rest, error) &&
           options_check(options, raw, error);
}

bool options_parse(Options *options, char **arguments, GError **error)
{
    *options = (Options){.stream = -1};
    RawOptions raw = {0};
    OptionTable table = {
        .context = g_option_context_new("CAPTURE... - says how TCP connections ended, and what went wrong"),
        .names = g_ptr_array_new()};
    g_autofree char *description = details_new();
    g_option_context_set_description(table.context, description);
    g_option_context_set_help_enabled(table.context, FALSE);
    g_option_context_set_ignore_unknown_options(table.context, TRUE);
    add_input_options(&table, &raw);
    add_output_options(&table, &raw);
    add_rule_options(&table, &raw);
    bool is_good = parse(options, &raw, &table, arguments, error);
    for (unsigned i = 0; i < GIVEN_COUNT; i++)
        g_strfreev(raw.values[i]);
    g_ptr_array_unref(table.names);
    g_option_context_free(table.context);
    return is_good;
}

void options_clear(Options *options)
{
    g_strfreev(options->captures);
    g_strfreev(options->left_out);
    g_strfreev(options->outputs);
    g_strfreev(options->rule_paths);
    g_strfreev(options->parameters);
    g_strfreev(options->selected);
    g_strfreev(options->ignored);
    g_free(options->filter);
    g_free(options->where);
    g_free(options->config);
    g_free(options->explain);
    g_free(options->samples);
    g_free(options->expect);
    g_free(options->write_expect);
    g_free(options->help);
    *options = (Options){0};
}
