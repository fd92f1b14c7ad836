/* The format `gitlab`: a code quality report, which GitLab shows in merge requests. One array of objects, as
 * https://docs.gitlab.com/ci/testing/code_quality/ describes them; the line of a verdict is its frame. */
#include "report/report.h"
#include "report/json-writer.h"
#include "report/result.h"
#include "verdict/fingerprint.h"

typedef struct {
    Report base;
    Fingerprints *fingerprints;
    GString *text;
    bool has_any;
} GitlabReport;

static void gitlab_begin(Report *report)
{
    GitlabReport *self = (GitlabReport *)report;
    self->fingerprints = fingerprints_new();
    self->text = g_string_new("[");
}

static const char *gitlab_severity(Severity severity)
{
    return severity == SEVERITY_ERROR ? "major" : severity == SEVERITY_WARNING ? "minor" : "info";
}

/* A path relative to the repository, as GitLab wants it. */
static const char *gitlab_path(const char *path)
{
    return g_str_has_prefix(path, "./") ? path + 2 : path;
}

static void gitlab_record(GitlabReport *self, const char *check, const char *description,
                          const char *fingerprint, const char *severity, const char *path, uint64_t line)
{
    g_string_append(self->text, self->has_any ? ",\n" : "\n");
    self->has_any = true;
    JsonWriter json = json_writer_make(self->text);
    json_begin_object(&json, NULL);
    json_string(&json, "description", description);
    json_string(&json, "check_name", check);
    json_string(&json, "fingerprint", fingerprint);
    json_string(&json, "severity", severity);
    json_begin_object(&json, "location");
    json_string(&json, "path", gitlab_path(path));
    json_begin_object(&json, "lines");
    json_uint(&json, "begin", line);
    json_end_object(&json);
    json_end_object(&json);
    json_end_object(&json);
}

static void gitlab_result(GitlabReport *self, const Case *subject, const Result *result)
{
    const Telling *telling = result->telling;
    char fingerprint[FINGERPRINT_BYTES];
    fingerprints_next(self->fingerprints, subject, telling->rule, fingerprint);
    uint64_t frame;
    const char *path = result_place(subject, result->frame, &frame);
    GString *description = g_string_new(NULL);
    result_title_format(description, telling);
    g_string_append(description, " (");
    result_connection_format(description, subject);
    g_string_append_c(description, ')');
    gitlab_record(self, telling->rule->id, description->str, fingerprint, gitlab_severity(telling->severity),
                  path, frame);
    g_string_free(description, TRUE);
}

static void gitlab_capture_begin(Report *report, const CaptureInfo *capture)
{
    (void)report;
    (void)capture;
}

static void gitlab_connection(Report *report, Tellings *tellings)
{
    GitlabReport *self = (GitlabReport *)report;
    Result results[RESULTS_MAX];
    unsigned count = results_of(tellings, report->options->quiet ? SEVERITY_WARNING : SEVERITY_NOTE, results);
    for (unsigned i = 0; i < count; i++)
        gitlab_result(self, tellings->subject, &results[i]);
    sink_take(report->sink, self->text);
}

static void gitlab_capture_end(Report *report, const CaptureInfo *capture)
{
    GitlabReport *self = (GitlabReport *)report;
    if (!capture->failure)
        return;
    g_autofree char *text = g_strdup_printf("The capture was not read: %s", capture->failure);
    g_autofree char *known = g_strdup_printf("not read\n%s", capture->path);
    g_autofree char *digits = g_compute_checksum_for_string(G_CHECKSUM_SHA256, known, -1);
    digits[FINGERPRINT_BYTES - 1] = '\0';
    gitlab_record(self, "unreadable-capture", text, digits, "critical", capture->path, 1);
    sink_take(report->sink, self->text);
}

static void gitlab_finish(Report *report)
{
    GitlabReport *self = (GitlabReport *)report;
    g_string_append(self->text, "\n]\n");
    sink_take(report->sink, self->text);
    g_string_free(self->text, TRUE);
    fingerprints_free(self->fingerprints);
}

const ReportFormat report_format_gitlab = {
    .name = "gitlab",
    .doc = "a code quality report for GitLab",
    .size = sizeof(GitlabReport),
    .begin = gitlab_begin,
    .capture_begin = gitlab_capture_begin,
    .connection = gitlab_connection,
    .capture_end = gitlab_capture_end,
    .finish = gitlab_finish,
};
