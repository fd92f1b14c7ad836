/* The output formats: each is one file and one row of the table in report.c.
 *
 * A report gets every capture in turn: begin, each connection in order of stream, end; and at last finish. By
 * the time a capture begins it has been read whole, so what is told of it is complete from the start. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/diagnostic.h"
#include "base/frame-map.h"
#include "base/frame-offsets.h"
#include "report/sink.h"
#include "facts/endpoints.h"
#include "verdict/outcome.h"
#include "verdict/tellings.h"

/* A capture that was read, or that could not be. All borrowed. */
typedef struct {
    const char *path;    /* as given on the command line; of several files, frame_map_title() */
    const char *format;  /* "pcapng"; NULL where it could not be opened */
    const char *failure; /* why it could not be opened, without the path; or NULL */
    uint64_t frames, segments;
    int64_t first_ns, last_ns; /* of its frames; 0 where there are none */
    uint32_t connections;      /* in the capture, whether or not they are reported */
    const DiagnosticList *diagnostics;
    bool partial;           /* reading was stopped by a signal */
    const FrameMap *joined; /* where its frames stand, where it was joined from several files; else NULL */
    const FrameOffsets *offsets; /* of its frames, where a format wants them and they are known; else NULL */
} CaptureInfo;

/* How the ladder shows time, as tshark's -t. */
typedef enum {
    TIME_LADDER, /* the first row 0, every other since the one above it: the default */
    TIME_A,      /* local time of day */
    TIME_AD,     /* with date */
    TIME_R,      /* since the first frame of the capture */
    TIME_D,      /* since the row above */
    TIME_E,      /* since the epoch */
    TIME_U,      /* UTC time of day */
    TIME_UD,     /* with date */
} TimeFormat;

typedef enum {
    COLOR_AUTO,
    COLOR_ALWAYS,
    COLOR_NEVER,
} ColorChoice;

typedef struct {
    const RuleSet *rules;
    bool quiet, verbose;
    bool whole_stream; /* --stream: one connection, every event of it */
    bool facts;        /* -V: with every fact */
    bool is_filtered;  /* not every connection is reported (--where) */
    unsigned captures; /* on this command line; 1 where they are joined */
    Severity fail_on;  /* what --fail-on says; SEVERITY_NEVER for never */
    TimeFormat time;
    ColorChoice color;
} ReportOptions;

typedef struct ReportFormat ReportFormat;

/* The common beginning of every format's own record. */
typedef struct {
    const ReportFormat *format;
    const ReportOptions *options; /* borrowed */
    Sink *sink;                   /* owned */
} Report;

struct ReportFormat {
    const char *name, *doc;
    gsize size;         /* of its record, which begins with Report; zeroed */
    bool wants_offsets; /* CaptureInfo.offsets */
    void (*begin)(Report *report);
    void (*capture_begin)(Report *report, const CaptureInfo *capture);
    void (*connection)(Report *report, Tellings *tellings);
    /* Instead of `connection`, for a format that counts connections, and shows examples of those that are not
     * good: how many had the same good outcome; what another came to, true where it may want to be shown that
     * one; one of those. All NULL: it tells every connection. */
    void (*good)(Report *report, const Outcome *outcome, uint32_t count);
    bool (*outcome)(Report *report, const Outcome *outcome, uint32_t stream, const Endpoint *server);
    void (*example)(Report *report, Tellings *tellings);
    void (*capture_end)(Report *report, const CaptureInfo *capture);
    void (*finish)(Report *report); /* frees what the record holds, not the record */
};

/* The table of formats, in the order of --help; NULL after the last. */
const ReportFormat *report_format(unsigned index);
const ReportFormat *report_format_find(const char *name);

/* Takes the sink. */
Report *report_new(const ReportFormat *format, const ReportOptions *options, Sink *sink);

void report_capture_begin(Report *report, const CaptureInfo *capture);
void report_connection(Report *report, Tellings *tellings);

/* Whether connections may also be reported by what they came to alone: `count` at once of which all is well,
 * others one by one. Where report_outcome() is true, report_example() of the same connection has to follow
 * before the capture ends, the later the better: it may no longer be wanted, and then costs little. */
bool report_takes_outcomes(const Report *report);
void report_good(Report *report, const Outcome *outcome, uint32_t count);
bool report_outcome(Report *report, const Outcome *outcome, uint32_t stream, const Endpoint *server);
void report_example(Report *report, Tellings *tellings);
void report_capture_end(Report *report, const CaptureInfo *capture);

/* It is not to be kept: report_finish() writes nothing more, and an old file stays. */
void report_drop(Report *report);

/* Ends the report and frees it. False where something could not be written. */
bool report_finish(Report *report, GError **error);

/* The rows of the table; one file each. */
extern const ReportFormat report_format_text, report_format_concise, report_format_json, report_format_jsonl,
    report_format_junit, report_format_sarif, report_format_github, report_format_gitlab;
