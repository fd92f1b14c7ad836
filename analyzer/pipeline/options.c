/* The table of options and what has to be checked between them. An option is only here when it works. */
#include "pipeline/options.h"

#include <string.h>

#include "base/error.h"

/* As GOption fills them in, before they are checked. */
typedef struct {
    char **more_captures;
    char *time, *color, *fail_on, *follow;
    gint64 stream, why;
    gboolean join, no_config, list_rules, list_facts, test_rules, markdown, facts, quiet, verbose, version;
} Raw;

static const char *const details =
    "CAPTURE is a pcap or pcapng file, plain or compressed with gzip, zstd, lz4 or xz; - is standard input.\n"
    "\n"
    "Exit status: 0 nothing at or above the threshold, 1 findings, 2 wrong usage or rules, 3 an input that\n"
    "could not be read, or not to its end. Where several apply, 2 goes before 3 and 3 before 1.";

/* "CAPTURE is … text  for people …": what --help says at its end. Caller frees. */
static char *details_new(void)
{
    GString *text = g_string_new(details);
    g_string_append(text, "\n\nFormats for -o:\n");
    for (unsigned i = 0; report_format(i); i++)
        g_string_append_printf(text, "  %-8s %s\n", report_format(i)->name, report_format(i)->doc);
    return g_string_free(text, FALSE);
}

static void add_input_options(GOptionContext *context, Options *options, Raw *raw)
{
    const GOptionEntry entries[] = {
        {"read", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->more_captures, "Read this capture, as CAPTURE",
         "FILE"},
        {"join", 0, 0, G_OPTION_ARG_NONE, &raw->join,
         "Read several captures as one, in order of time, as mergecap merges them", NULL},
        {"filter", 'f', 0, G_OPTION_ARG_STRING, &options->filter,
         "Only packets that this capture filter takes, in libpcap's syntax", "BPF"},
        {"where", 0, 0, G_OPTION_ARG_STRING, &options->where,
         "Only connections of which this holds, as in rules: 'rst.seen and server.port == 443'", "EXPR"},
        {"stream", 0, 0, G_OPTION_ARG_INT64, &raw->stream,
         "One connection in full; N is Wireshark's tcp.stream", "N"},
        {"follow", 0, 0, G_OPTION_ARG_STRING, &raw->follow,
         "The bytes that one side of a connection sent, and nothing else", "N:client|server"},
        {"facts", 'V', 0, G_OPTION_ARG_NONE, &raw->facts, "With --stream: every fact of it as well", NULL},
        {"why", 0, 0, G_OPTION_ARG_INT64, &raw->why, "How the verdict on one connection came about", "N"},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void add_rule_options(GOptionContext *context, Options *options, Raw *raw)
{
    const GOptionEntry entries[] = {
        {"rules", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->rule_paths,
         "Add a rule file, or all below a directory", "PATH"},
        {"param", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->parameters,
         "Set a parameter of the rules: fin_timeout=30s", "NAME=VALUE"},
        {"select", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->selected,
         "Only these rules, by id or by a node of the tree of endings", "IDS"},
        {"ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->ignored, "All rules but these", "IDS"},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config,
         "Use this file, not the nearest .closelint.yaml", "FILE"},
        {"no-config", 0, 0, G_OPTION_ARG_NONE, &raw->no_config, "Use no .closelint.yaml", NULL},
        {"list-rules", 0, 0, G_OPTION_ARG_NONE, &raw->list_rules, "List every rule", NULL},
        {"explain", 0, 0, G_OPTION_ARG_STRING, &options->explain, "Explain one rule", "RULE"},
        {"list-facts", 0, 0, G_OPTION_ARG_NONE, &raw->list_facts, "List every fact that rules can use", NULL},
        {"markdown", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &raw->markdown,
         "Lists as they stand in docs/", NULL},
        {"test-rules", 0, 0, G_OPTION_ARG_NONE, &raw->test_rules, "Try every rule on its samples", NULL},
        {"samples", 0, 0, G_OPTION_ARG_FILENAME, &options->samples,
         "Where --test-rules finds them (default: ./samples)", "DIR"},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void add_output_options(GOptionContext *context, Options *options, Raw *raw)
{
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->outputs,
         "How to report (see below; default: text); may be repeated", "FORMAT[=FILE]"},
        {"fail-on", 0, 0, G_OPTION_ARG_STRING, &raw->fail_on,
         "What makes the exit status 1: error (default), warning, note or never", "SEVERITY"},
        {"time", 't', 0, G_OPTION_ARG_STRING, &raw->time,
         "How to show time, as tshark: a, ad, r, d, e, u or ud", "FORMAT"},
        {"color", 0, 0, G_OPTION_ARG_STRING, &raw->color, "auto (default), always or never", "WHEN"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &raw->quiet, "Only what is wrong, a title each", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &raw->verbose,
         "Notes in full, and every connection that ended well", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &raw->version, "Print the version", NULL},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static bool usage_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool usage_error(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, message);
    return false;
}

/* The index of `word` in a NULL-terminated list; -1 with an error that names the option. */
static int parse_word(const char *option, const char *word, const char *const *words, GError **error)
{
    GString *all = g_string_new(NULL);
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], word)) {
            g_string_free(all, TRUE);
            return i;
        }
        g_string_append_printf(all, "%s%s", i ? ", " : "", words[i]);
    }
    usage_error(error, "%s %s: expected one of %s", option, word, all->str);
    g_string_free(all, TRUE);
    return -1;
}

static bool check_words(Options *options, const Raw *raw, GError **error)
{
    static const char *const times[] = {"a", "ad", "r", "d", "e", "u", "ud", NULL};
    static const char *const colors[] = {"auto", "always", "never", NULL};
    static const char *const severities[] = {"note", "warning", "error", "never", NULL};
    options->report.time = TIME_LADDER;
    if (raw->time) {
        int time = parse_word("-t", raw->time, times, error);
        if (time < 0)
            return false;
        options->report.time = (TimeFormat)(TIME_A + time);
    }
    int color = raw->color ? parse_word("--color", raw->color, colors, error) : COLOR_AUTO;
    int fail_on = parse_word("--fail-on", raw->fail_on ? raw->fail_on : "error", severities, error);
    if (color < 0 || fail_on < 0)
        return false;
    options->report.color = (ColorChoice)color;
    options->report.fail_on = (Severity)(SEVERITY_NOTE + fail_on);
    return true;
}

static bool check_mode(Options *options, const Raw *raw, GError **error)
{
    const struct {
        bool is_asked;
        Mode mode;
    } modes[] = {{raw->version, MODE_VERSION},       {raw->list_rules, MODE_LIST_RULES},
                 {raw->list_facts, MODE_LIST_FACTS}, {options->explain != NULL, MODE_EXPLAIN},
                 {raw->test_rules, MODE_TEST_RULES}, {raw->why != -1, MODE_WHY},
                 {raw->follow != NULL, MODE_FOLLOW}};
    options->mode = MODE_REPORT;
    for (unsigned i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (!modes[i].is_asked)
            continue;
        if (options->mode != MODE_REPORT)
            return usage_error(error, "only one of --version, --list-rules, --list-facts, --explain, "
                                      "--test-rules, --why and --follow can be done at a time");
        options->mode = modes[i].mode;
    }
    bool reads = options->mode == MODE_REPORT || options->mode == MODE_WHY || options->mode == MODE_FOLLOW;
    if (reads && !options->captures[0])
        return usage_error(error, "which capture? Usage: closelint [OPTION...] CAPTURE...");
    if (!reads && options->captures[0])
        return usage_error(error, "%s: no capture is read here", options->captures[0]);
    return true;
}

/* "7:client" */
static bool check_follow(Options *options, const Raw *raw, GError **error)
{
    static const char *const sides[] = {"client", "server", NULL};
    if (!raw->follow)
        return true;
    if (raw->stream != -1)
        return usage_error(error, "--stream and --follow exclude each other");
    if (options->report.captures > 1)
        return usage_error(error, "--follow reads one capture, or several with --join");
    const char *colon = strchr(raw->follow, ':');
    g_autofree char *number = g_strndup(raw->follow, colon ? (gsize)(colon - raw->follow) : 0);
    guint64 stream;
    if (!g_ascii_string_to_unsigned(number, 10, 0, UINT32_MAX - 1, &stream, NULL))
        return usage_error(error, "--follow %s: expected N:client or N:server", raw->follow);
    int side = parse_word("--follow N:", colon + 1, sides, error);
    options->stream = (int64_t)stream;
    options->follow_side = side ? SIDE_SERVER : SIDE_CLIENT;
    return side >= 0;
}

static bool check_stream(Options *options, const Raw *raw, GError **error)
{
    if (raw->stream != -1 && raw->why != -1)
        return usage_error(error, "--stream and --why exclude each other");
    options->stream = raw->why != -1 ? raw->why : raw->stream;
    options->report.whole_stream = raw->stream != -1;
    if (options->stream < -1 || options->stream > UINT32_MAX)
        return usage_error(error, "there is no stream %" G_GINT64_FORMAT, options->stream);
    if (raw->facts && raw->stream == -1)
        return usage_error(error, "-V goes with --stream N");
    return true;
}

static char **join_captures(char **first, char **second)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint i = 0; first && first[i]; i++)
        g_ptr_array_add(all, g_strdup(first[i]));
    for (guint i = 0; second && second[i]; i++)
        g_ptr_array_add(all, g_strdup(second[i]));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

static bool options_check(Options *options, const Raw *raw, GError **error)
{
    options->no_config = raw->no_config;
    options->markdown = raw->markdown;
    options->report.facts = raw->facts;
    options->report.quiet = raw->quiet;
    options->report.verbose = raw->verbose;
    options->report.is_filtered = options->where != NULL;
    guint captures = g_strv_length(options->captures);
    options->joins = raw->join && captures > 1;
    options->report.captures = options->joins ? 1 : captures;
    if (!options->outputs)
        options->outputs = g_strdupv((char *[]){(char *)"text", NULL});
    if (raw->quiet && raw->verbose)
        return usage_error(error, "-q and -v exclude each other");
    if (options->config && options->no_config)
        return usage_error(error, "--config and --no-config exclude each other");
    return check_words(options, raw, error) && check_mode(options, raw, error) &&
           check_stream(options, raw, error) && check_follow(options, raw, error);
}

bool options_parse(Options *options, char **arguments, GError **error)
{
    *options = (Options){0};
    Raw raw = {.stream = -1, .why = -1};
    g_autoptr(GOptionContext) context =
        g_option_context_new("CAPTURE... - says how TCP connections ended, and what went wrong");
    g_autofree char *description = details_new();
    g_option_context_set_description(context, description);
    add_input_options(context, options, &raw);
    add_output_options(context, options, &raw);
    add_rule_options(context, options, &raw);
    g_auto(GStrv) rest = g_strdupv(arguments);
    GError *parse_error = NULL;
    bool is_good = g_option_context_parse_strv(context, &rest, &parse_error);
    if (is_good) {
        /* what is left: the program's name and the captures, perhaps behind a "--" */
        char **left = rest[0] ? rest + 1 : rest;
        options->captures =
            join_captures(raw.more_captures, left[0] && !strcmp(left[0], "--") ? left + 1 : left);
        is_good = options_check(options, &raw, error);
    } else {
        usage_error(error, "%s", parse_error->message);
        g_error_free(parse_error);
    }
    g_strfreev(raw.more_captures);
    g_free(raw.time);
    g_free(raw.color);
    g_free(raw.fail_on);
    g_free(raw.follow);
    return is_good;
}

void options_clear(Options *options)
{
    g_strfreev(options->captures);
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
    *options = (Options){0};
}
