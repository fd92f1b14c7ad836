/* What has to be checked between options: nothing that was asked for is ignored in silence. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/connection.h"
#include "pipeline/options-raw.h"
#include "base/nearest.h"

#define ONLY(mode) (1u << (mode))
#define REPORTS    ONLY(MODE_REPORT)
#define READS      (REPORTS | ONLY(MODE_WHY) | ONLY(MODE_FOLLOW))
#define TAKES_RULES                                                                                          \
    (REPORTS | ONLY(MODE_WHY) | ONLY(MODE_LIST_RULES) | ONLY(MODE_EXPLAIN) | ONLY(MODE_TEST_RULES))
#define ALWAYS (~0u)

/* How each is written, whether it may be given more than once, whether its value is the name of a file (which
 * is bytes and no text), and with which modes it means something. What somebody has among his settings
 * (--color,
 * --config) goes with all. */
static const struct {
    const char *name;
    bool is_repeatable, is_file;
    unsigned modes;
} givens[GIVEN_COUNT] = {
    [GIVEN_READ] = {"-r", true, true, READS},
    [GIVEN_FILTER] = {"-f", false, false, READS},
    [GIVEN_WHERE] = {"--where", false, false, REPORTS},
    [GIVEN_STREAM] = {"--stream", false, false, REPORTS},
    [GIVEN_NUMBERING] = {"--numbering", false, false, READS},
    [GIVEN_FOLLOW] = {"--follow", false, false, ALWAYS},
    [GIVEN_WHY] = {"--why", false, false, ALWAYS},
    [GIVEN_OUTPUT] = {"-o", true, true, REPORTS},
    [GIVEN_FAIL_ON] = {"--fail-on", false, false, REPORTS},
    [GIVEN_EXPECT] = {"--expect", false, true, REPORTS},
    [GIVEN_WRITE_EXPECT] = {"--write-expect", false, true, REPORTS},
    [GIVEN_TIME] = {"-t", false, false, REPORTS},
    [GIVEN_COLOR] = {"--color", false, false, ALWAYS},
    [GIVEN_RULES] = {"--rules", true, true, TAKES_RULES},
    [GIVEN_PARAM] = {"--param", true, false, TAKES_RULES},
    [GIVEN_SELECT] = {"--select", true, false, TAKES_RULES},
    [GIVEN_IGNORE] = {"--ignore", true, false, TAKES_RULES},
    [GIVEN_CONFIG] = {"--config", false, true, ALWAYS},
    [GIVEN_EXPLAIN] = {"--explain", false, false, ALWAYS},
    [GIVEN_SAMPLES] = {"--samples", false, true, ONLY(MODE_TEST_RULES)},
};

/* How each is asked for. */
static const char *const modes[] = {
    [MODE_REPORT] = "a report",         [MODE_WHY] = "--why",         [MODE_FOLLOW] = "--follow",
    [MODE_LIST_RULES] = "--list-rules", [MODE_EXPLAIN] = "--explain", [MODE_LIST_FACTS] = "--list-facts",
    [MODE_TEST_RULES] = "--test-rules", [MODE_VERSION] = "--version", [MODE_HELP] = "--help"};

static bool check_values(const RawOptions *raw, GError **error)
{
    for (unsigned i = 0; i < GIVEN_COUNT; i++) {
        char **values = raw->values[i];
        if (values && values[1] && !givens[i].is_repeatable)
            return options_fail(error, "%s is given more than once: %s and %s", givens[i].name, values[0],
                                values[1]);
        for (guint k = 0; values && !givens[i].is_file && values[k]; k++)
            if (!g_utf8_validate(values[k], -1, NULL))
                return options_fail(error, "%s %s: this is not UTF-8 text", givens[i].name, values[k]);
    }
    return true;
}

static bool check_mode(Options *options, const RawOptions *raw, GError **error)
{
    const struct {
        bool is_asked;
        Mode mode;
    } asked[] = {{raw->list_rules, MODE_LIST_RULES},
                 {raw->list_facts, MODE_LIST_FACTS},
                 {raw->values[GIVEN_EXPLAIN] != NULL, MODE_EXPLAIN},
                 {raw->test_rules, MODE_TEST_RULES},
                 {raw->values[GIVEN_WHY] != NULL, MODE_WHY},
                 {raw->values[GIVEN_FOLLOW] != NULL, MODE_FOLLOW}};
    options->mode = MODE_REPORT;
    for (unsigned i = 0; i < G_N_ELEMENTS(asked); i++) {
        if (!asked[i].is_asked)
            continue;
        if (options->mode != MODE_REPORT)
            return options_fail(error, "%s and %s cannot be done at a time", modes[options->mode],
                                modes[asked[i].mode]);
        options->mode = asked[i].mode;
    }
    return true;
}

/* An option that would have no effect is a mistake of whoever gave it. */
static bool check_effects(const Options *options, const RawOptions *raw, GError **error)
{
    const struct {
        bool is_given;
        const char *name;
        unsigned modes;
    } flags[] = {{raw->join, "--join", READS},
                 {raw->facts, "-V", REPORTS},
                 {raw->quiet, "-q", REPORTS},
                 {raw->verbose, "-v", REPORTS},
                 {raw->markdown, "--markdown", ONLY(MODE_LIST_RULES) | ONLY(MODE_LIST_FACTS)}};
    const char *idle = NULL;
    for (unsigned i = 0; i < GIVEN_COUNT; i++)
        if (raw->values[i] && !(givens[i].modes & ONLY(options->mode)))
            idle = givens[i].name;
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++)
        if (flags[i].is_given && !(flags[i].modes & ONLY(options->mode)))
            idle = flags[i].name;
    if (idle)
        return options_fail(error, "%s does nothing with %s", idle, modes[options->mode]);
    if (raw->facts && !raw->values[GIVEN_STREAM])
        return options_fail(error, "-V goes with --stream N");
    if (raw->quiet && raw->verbose)
        return options_fail(error, "-q and -v exclude each other");
    if (raw->values[GIVEN_CONFIG] && raw->no_config)
        return options_fail(error, "--config and --no-config exclude each other");
    return true;
}

static bool stdin_is_piped(void)
{
    struct stat status;
    return fstat(STDIN_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode));
}

static bool check_captures(Options *options, const RawOptions *raw, GError **error)
{
    bool reads = ONLY(options->mode) & READS;
    guint count = g_strv_length(options->captures);
    if (reads && !count)
        return options_fail(error, "which capture? %s",
                            stdin_is_piped() ? "To read standard input, say so: closelint [OPTION...] -"
                                             : "Usage: closelint [OPTION...] CAPTURE...");
    if (!reads && count)
        return options_fail(error, "%s: no capture is read with %s", options->captures[0],
                            modes[options->mode]);
    options->joins = raw->join && count > 1;
    options->report.captures = options->joins ? 1 : count;
    if (options->mode == MODE_FOLLOW && options->report.captures > 1)
        return options_fail(error, "--follow reads one capture, or several with --join");
    return true;
}

/* The index of `word` in a NULL-terminated list; -1 with an error that names the option. */
static int parse_word(const char *option, const char *word, const char *const *words, GError **error)
{
    Nearest nearest = nearest_begin(word, strlen(word));
    g_autoptr(GString) all = g_string_new(NULL);
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], word))
            return i;
        nearest_offer(&nearest, words[i]);
        g_string_append_printf(all, "%s%s", i ? ", " : "", words[i]);
    }
    g_autofree char *hint = nearest_hint(&nearest);
    options_fail(error, "%s %s: expected one of %s%s", option, word, all->str, hint);
    return -1;
}

/* Of an option that takes one of a few words; `fallback` where it is not given. */
static int parse_given_word(const RawOptions *raw, Given given, const char *const *words, int fallback,
                            GError **error)
{
    char **values = raw->values[given];
    return values ? parse_word(givens[given].name, values[0], words, error) : fallback;
}

static bool check_words(Options *options, const RawOptions *raw, GError **error)
{
    static const char *const times[] = {"a", "ad", "r", "d", "e", "u", "ud", NULL};
    static const char *const colors[] = {"auto", "always", "never", NULL};
    static const char *const severities[] = {"note", "warning", "error", "never", NULL};
    static const char *const numberings[] = {"4.4", "4.0", NULL}; /* in order of Numbering */
    int time = parse_given_word(raw, GIVEN_TIME, times, TIME_LADDER - TIME_A, error);
    if (raw->values[GIVEN_TIME] && time < 0)
        return false;
    int color = parse_given_word(raw, GIVEN_COLOR, colors, COLOR_AUTO, error);
    if (color < 0)
        return false;
    int fail_on = parse_given_word(raw, GIVEN_FAIL_ON, severities, 2, error);
    if (fail_on < 0)
        return false;
    int numbering = parse_given_word(raw, GIVEN_NUMBERING, numberings, NUMBERING_4_4, error);
    if (numbering < 0)
        return false;
    options->numbering = (Numbering)numbering;
    options->report.time = (TimeFormat)(TIME_A + time);
    options->report.color = (ColorChoice)color;
    options->report.fail_on = (Severity)(SEVERITY_NOTE + fail_on);
    return true;
}

/* The number of a stream; false with an error that says what was expected. */
static bool parse_stream(Options *options, const char *option, const char *text, const char *expected,
                         GError **error)
{
    guint64 stream;
    if (!g_ascii_string_to_unsigned(text, 10, 0, NO_CONNECTION - 1, &stream, NULL))
        return options_fail(error, "%s: expected %s", option, expected);
    options->stream = (int64_t)stream;
    return true;
}

/* "7:client" */
static bool parse_follow(Options *options, const char *text, GError **error)
{
    static const char *const sides[] = {"client", "server", NULL};
    const char *colon = strchr(text, ':');
    g_autofree char *number = g_strndup(text, colon ? (gsize)(colon - text) : 0);
    g_autofree char *option = g_strdup_printf("--follow %s", text);
    if (!parse_stream(options, option, number, "N:client or N:server", error))
        return false;
    int side = parse_word("--follow N:", colon + 1, sides, error);
    options->follow_side = side == 1 ? SIDE_SERVER : SIDE_CLIENT;
    return side >= 0;
}

static bool check_stream(Options *options, const RawOptions *raw, GError **error)
{
    static const char expected[] = "a number, as Wireshark's tcp.stream counts from 0";
    options->stream = -1;
    options->report.whole_stream = raw->values[GIVEN_STREAM] != NULL;
    if (raw->values[GIVEN_FOLLOW])
        return parse_follow(options, raw->values[GIVEN_FOLLOW][0], error);
    Given given = raw->values[GIVEN_WHY] ? GIVEN_WHY : GIVEN_STREAM;
    if (!raw->values[given])
        return true;
    g_autofree char *option = g_strdup_printf("%s %s", givens[given].name, raw->values[given][0]);
    return parse_stream(options, option, raw->values[given][0], expected, error);
}

static char *take_one(RawOptions *raw, Given given)
{
    return raw->values[given] ? g_strdup(raw->values[given][0]) : NULL;
}

static void take_values(Options *options, RawOptions *raw)
{
    static char *const text[] = {(char *)"text", NULL}, *const nothing[] = {NULL};
    char **outputs = g_steal_pointer(&raw->values[GIVEN_OUTPUT]);
    options->expect = take_one(raw, GIVEN_EXPECT);
    options->write_expect = take_one(raw, GIVEN_WRITE_EXPECT);
    bool only_expects = options->expect || options->write_expect;
    options->outputs = outputs ? outputs : g_strdupv((char **)(only_expects ? nothing : text));
    options->rule_paths = g_steal_pointer(&raw->values[GIVEN_RULES]);
    options->parameters = g_steal_pointer(&raw->values[GIVEN_PARAM]);
    options->selected = g_steal_pointer(&raw->values[GIVEN_SELECT]);
    options->ignored = g_steal_pointer(&raw->values[GIVEN_IGNORE]);
    options->filter = take_one(raw, GIVEN_FILTER);
    options->where = take_one(raw, GIVEN_WHERE);
    options->config = take_one(raw, GIVEN_CONFIG);
    options->explain = take_one(raw, GIVEN_EXPLAIN);
    options->samples = take_one(raw, GIVEN_SAMPLES);
    options->no_config = raw->no_config;
    options->markdown = raw->markdown;
    options->report.facts = raw->facts;
    options->report.quiet = raw->quiet;
    options->report.verbose = raw->verbose;
    options->report.is_filtered = options->where != NULL;
}

/* --help and --version are done whatever else is asked for. */
bool options_check(Options *options, RawOptions *raw, GError **error)
{
    if (raw->help || raw->version) {
        options->mode = raw->help ? MODE_HELP : MODE_VERSION;
        return true;
    }
    if (!check_values(raw, error) || !check_mode(options, raw, error) ||
        !check_effects(options, raw, error) || !check_captures(options, raw, error) ||
        !check_words(options, raw, error) || !check_stream(options, raw, error))
        return false;
    take_values(options, raw);
    return true;
}
