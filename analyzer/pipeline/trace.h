/* One capture, read whole: its connections, what is known of them all, and what was odd about the file.
 *
 * Reading is the only part that costs time per packet; afterwards any connection can be judged, in any order
 * and more than once. */
#pragma once

#include "flow/table.h"
#include "pipeline/filter.h"
#include "report/report.h"
#include "verdict/case.h"

typedef struct Trace Trace;

/* How to read. */
typedef struct {
    PacketFilter *filter; /* NULL: every frame */
    const RuleSet *rules; /* connections are judged by them on the way: see trace_each_good(); or NULL */
    bool keeps_offsets;   /* for CaptureInfo.offsets, of a plain file that is not joined */
    Numbering numbering;
    bool shows_progress; /* on a terminal, when it takes long */
} TraceOptions;

/* Reads `path` to its end. NULL with CLOSELINT_ERROR_INPUT where it cannot be opened; damage found later is
 * among the diagnostics. */
Trace *trace_read(const char *path, const TraceOptions *options, GError **error);

/* Several files as one capture, in order of time (capture/source.h). Those that cannot be opened are among
 * the diagnostics. Reading ends early where stop_is_requested(), here and in trace_read(). */
Trace *trace_join(char *const *paths, const TraceOptions *options);
void trace_free(Trace *trace);

/* Borrowed, as long as the trace. */
const CaptureInfo *trace_info(const Trace *trace);

/* With TraceOptions.rules: the connections of which all is well, told by what they came to, several times of
 * the same outcome; and the streams of all others, in order: *ret_count of them, borrowed. */
void trace_each_good(const Trace *trace, OutcomeFunction function, void *data);
const uint32_t *trace_notable(const Trace *trace, uint32_t *ret_count);

/* What judging the connection would come to; NULL where that is not known. */
const Outcome *trace_outcome(const Trace *trace, uint32_t stream);

/* The server that the connection went to; which will soon be asked for. */
const Endpoint *trace_server(const Trace *trace, uint32_t stream);
void trace_prefetch_server(const Trace *trace, uint32_t stream);

/* Judges a connection (stream below trace_info()->connections). Everything in `ret_case` is borrowed until
 * the next call. */
void trace_judge(Trace *trace, const RuleSet *rules, uint32_t stream, Case *ret_case);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_free)
