/* The format `github`: workflow commands that GitHub Actions shows as annotations of a run.
 *
 * GitHub shows ten of each kind in a step and drops the rest in silence. So one is printed for a rule and a
 * server, whatever the number of connections; the ten worst of the whole run are, and a notice says how many
 * more there were. */
#include <inttypes.h>
#include <string.h>

#include "report/report.h"
#include "report/result.h"
#include "verdict/grouping.h"

#define ANNOTATIONS_MAX 10

typedef struct {
    Severity severity;
    const char *text; /* owned */
} Annotation;

typedef struct {
    Report base;
    Grouping *grouping;
    GArray *worst; /* Annotation: the worst first, those of one severity in the order of the captures */
    uint64_t left_out;
} GithubReport;

static void annotation_clear(gpointer element)
{
    g_free((gpointer)((Annotation *)element)->text);
}

static void github_begin(Report *report)
{
    GithubReport *self = (GithubReport *)report;
    self->worst = g_array_new(FALSE, FALSE, sizeof(Annotation));
    g_array_set_clear_func(self->worst, annotation_clear);
}

/* As actions/toolkit escapes the data of a command; a property has two more. Every other control character,
 * which no title has, could begin a command of its own or move a cursor, and becomes a "?". Appends. */
static void github_escape(GString *out, const char *text, bool is_property)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *at = valid; *at; at++) {
        if (strchr("%\r\n", *at) || (is_property && strchr(":,", *at)))
            g_string_append_printf(out, "%%%02X", (unsigned)*at);
        else if ((unsigned char)*at < ' ' || *at == 0x7f)
            g_string_append_c(out, '?');
        else
            g_string_append_c(out, *at);
    }
}

/* Takes `text`. Keeps the worst. */
static void github_annotate(GithubReport *self, Severity severity, const char *text)
{
    const Annotation annotation = {severity, text};
    guint at = self->worst->len;
    while (at && g_array_index(self->worst, Annotation, at - 1).severity < severity)
        at--;
    g_array_insert_val(self->worst, at, annotation);
    if (self->worst->len > ANNOTATIONS_MAX) {
        g_array_set_size(self->worst, ANNOTATIONS_MAX);
        self->left_out++;
    }
}

static char *github_command(Severity severity, const char *path, uint64_t frame, const char *title,
                            const char *message)
{
    GString *command = g_string_new(severity == SEVERITY_ERROR     ? "::error file="
                                    : severity == SEVERITY_WARNING ? "::warning file="
                                                                   : "::notice file=");
    github_escape(command, path, true);
    if (frame)
        g_string_append_printf(command, ",line=%" PRIu64, frame);
    g_string_append(command, ",title=");
    github_escape(command, title, true);
    g_string_append(command, "::");
    github_escape(command, message, false);
    g_string_append_c(command, '\n');
    return g_string_free(command, FALSE);
}

static void github_capture_begin(Report *report, const CaptureInfo *capture)
{
    (void)capture;
    ((GithubReport *)report)->grouping = grouping_new(SEVERITY_WARNING);
}

static Severity github_least(const Report *report)
{
    return report->options->quiet ? SEVERITY_WARNING : SEVERITY_NOTE;
}

static void github_connection(Report *report, Tellings *tellings)
{
    GithubReport *self = (GithubReport *)report;
    const History *history = tellings->subject->history;
    const Endpoint server = endpoint_of(&history->side[SIDE_SERVER]);
    Outcome outcome;
    outcome_of(tellings->subject->verdict, history, &outcome);
    if (grouping_add(self->grouping, &outcome, history->stream, &server, github_least(report)))
        grouping_keep(self->grouping, tellings, github_least(report));
}

static void github_group(GithubReport *self, const Group *group, const CaptureInfo *capture)
{
    GString *message = g_string_new(NULL), *title = g_string_new(NULL);
    const Telling *telling = group->telling;
    Case subject = {.capture = capture->path, .joined = capture->joined, .history = group->clearest.history};
    uint64_t frame = 0;
    const char *path = capture->path;
    if (telling) {
        result_title_format(title, telling);
        g_string_append_printf(message, "[%s] ", group->rule->id);
        result_connection_format(message, &subject);
        if (telling->evidence->len)
            path = result_place(&subject, g_array_index(telling->evidence, uint64_t, 0), &frame);
        g_string_append_printf(message, ", %s\n\n", certainty_name(telling->certainty));
        result_text_format(message, telling);
        if (group->streams.count > 1)
            g_string_append_printf(message, "\n\n%" PRIu64 " more like this", group->streams.count - 1);
    } else {
        g_string_append(title, group->rule->id);
        g_string_append_printf(message, "%" PRIu64 " more, to other servers", group->streams.count);
    }
    github_annotate(self, group->severity,
                    github_command(group->severity, path, frame, title->str, message->str));
    g_string_free(message, TRUE);
    g_string_free(title, TRUE);
}

static void github_capture_end(Report *report, const CaptureInfo *capture)
{
    GithubReport *self = (GithubReport *)report;
    const GPtrArray *groups = grouping_sorted(self->grouping);
    for (guint i = 0; i < groups->len; i++)
        github_group(self, groups->pdata[i], capture);
    if (capture->failure)
        github_annotate(
            self, SEVERITY_ERROR,
            github_command(SEVERITY_ERROR, capture->path, 0, "The capture was not read", capture->failure));
    g_clear_pointer(&self->grouping, grouping_free);
}

static void github_finish(Report *report)
{
    GithubReport *self = (GithubReport *)report;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < self->worst->len; i++)
        g_string_append(text, g_array_index(self->worst, Annotation, i).text);
    if (self->left_out)
        g_string_append_printf(text, "::notice title=closelint::+%" PRIu64 " more\n", self->left_out);
    sink_take(report->sink, text);
    g_string_free(text, TRUE);
    g_array_unref(self->worst);
}

const ReportFormat report_format_github = {
    .name = "github",
    .doc = "annotations of a GitHub workflow, at most ten, worst first",
    .size = sizeof(GithubReport),
    .begin = github_begin,
    .capture_begin = github_capture_begin,
    .connection = github_connection,
    .capture_end = github_capture_end,
    .finish = github_finish,
};
