/* The loop over frames: read a batch, decode it, fetch ahead what the flow table will touch, file it. */
#include "pipeline/trace.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "base/stop.h"
#include "capture/source.h"
#include "decode/decode.h"
#include "flow/table.h"
#include "pipeline/oddities.h"
#include "pipeline/progress.h"

#define BATCH_FRAMES 32

struct Trace {
    char *path, *format;
    FrameMap *joined; /* NULL: one file */
    CaptureInfo info;
    DiagnosticList *diagnostics;
    Oddities oddities;
    Defragmenter *defragmenter;
    FlowTable *table;
    FactContext *context;
    FactSet *facts;
    History history;
    Verdict verdict;
    int64_t now_ns; /* of the last frame that had a time */
    bool has_time;
};

static uint64_t random_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed = (uint64_t)g_get_monotonic_time();
    return seed;
}

static Trace *trace_new(const char *path)
{
    Trace *trace = g_new0(Trace, 1);
    trace->path = g_strdup(path);
    trace->diagnostics = diagnostic_list_new();
    trace->defragmenter = defragmenter_new();
    trace->table = flow_table_new(random_seed());
    trace->context = fact_context_new();
    trace->facts = fact_set_new();
    return trace;
}

void trace_free(Trace *trace)
{
    if (!trace)
        return;
    fact_set_free(trace->facts);
    fact_context_free(trace->context);
    flow_table_free(trace->table);
    defragmenter_free(trace->defragmenter);
    diagnostic_list_free(trace->diagnostics);
    frame_map_free(trace->joined);
    g_free(trace->format);
    g_free(trace->path);
    g_free(trace);
}

/* A frame without a time gets that of the one before it, so that nothing later has to know. */
static void trace_note_time(Trace *trace, Frame *frame)
{
    trace->info.frames++;
    trace->oddities.snapped_frames += frame->captured_len < frame->original_len;
    if (frame->time_ns == FRAME_TIME_UNKNOWN) {
        frame->time_ns = trace->now_ns;
        trace->oddities.timeless_frames++;
        return;
    }
    trace->now_ns = frame->time_ns;
    if (!trace->has_time)
        trace->info.first_ns = trace->info.last_ns = frame->time_ns;
    trace->has_time = true;
    trace->info.first_ns = MIN(trace->info.first_ns, frame->time_ns);
    trace->info.last_ns = MAX(trace->info.last_ns, frame->time_ns);
}

/* The segments in a batch of frames; returns how many there are. */
static unsigned trace_decode(Trace *trace, PacketFilter *filter, Frame *frames, unsigned count,
                             Segment *segments, const uint8_t **payloads)
{
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++) {
        trace_note_time(trace, &frames[i]);
        if (filter && !packet_filter_takes(filter, &frames[i])) {
            trace->oddities.filtered_frames++;
            continue;
        }
        payloads[found] = NULL;
        DecodeResult result =
            decode_frame(trace->defragmenter, &frames[i], &segments[found], &payloads[found]);
        /* What was put together from fragments does not live as long as the batch. */
        if (payloads[found] < frames[i].bytes || payloads[found] >= frames[i].bytes + frames[i].captured_len)
            payloads[found] = NULL;
        if (result == DECODED_SEGMENT)
            found++;
        else if (result == DECODED_UNKNOWN_LINKTYPE)
            oddities_note_link_type(&trace->oddities, frames[i].link_type);
    }
    return found;
}

/* In the order of the capture; what each step touches was asked for by the step before, a batch ago. */
static void trace_file(Trace *trace, const Segment *segments, const uint8_t *const *payloads, unsigned count)
{
    FlowTable *table = trace->table;
    uint64_t hashes[BATCH_FRAMES];
    for (unsigned i = 0; i < count; i++)
        flow_table_prefetch_slot(table, hashes[i] = flow_table_hash(table, &segments[i]));
    for (unsigned i = 0; i < count; i++)
        flow_table_prefetch_connection(table, hashes[i]);
    for (unsigned i = 0; i < count; i++)
        flow_table_prefetch_events(table, &segments[i], hashes[i]);
    for (unsigned i = 0; i < count; i++) {
        Connection *connection = flow_table_add_hashed(table, &segments[i], hashes[i]);
        if (note_is_due(&segments[i], payloads[i]))
            flow_table_note(table, connection, &segments[i], payloads[i]);
    }
    trace->info.segments += count;
}

static void trace_read_frames(Trace *trace, FrameSource *source, PacketFilter *filter, Progress *progress)
{
    Frame frames[BATCH_FRAMES];
    Segment segments[BATCH_FRAMES];
    const uint8_t *payloads[BATCH_FRAMES];
    unsigned count;
    while (!stop_is_requested() && (count = frame_source_next_batch(source, frames, BATCH_FRAMES))) {
        unsigned found = trace_decode(trace, filter, frames, count, segments, payloads);
        trace_file(trace, segments, payloads, found);
        progress_update(progress, frame_source_position(source), frame_source_size(source),
                        trace->info.frames);
    }
    trace->info.partial = stop_is_requested();
}

static void trace_finish(Trace *trace, FrameSource *source)
{
    trace->oddities.frames = trace->info.frames;
    trace->oddities.segments = trace->info.segments;
    if (trace->info.partial)
        diagnostic_list_add(trace->diagnostics, DIAGNOSTIC_ERROR, frame_source_position(source), 0,
                            "reading was stopped by a signal after frame %" PRIu64
                            ": this is told of what was read until then",
                            trace->info.frames);
    oddities_tell(&trace->oddities, source, trace->diagnostics);
    trace->format = frame_source_format(source);
    trace->info.path = trace->path;
    trace->info.format = trace->format;
    flow_table_finish(trace->table);
    trace->info.connections = flow_table_count(trace->table);
    trace->info.diagnostics = trace->diagnostics;
    fact_context_expect(trace->context, trace->info.connections);
    for (uint32_t stream = 0; stream < trace->info.connections; stream++) {
        history_outline(&trace->history, trace->table, stream);
        fact_context_note(trace->context, &trace->history);
    }
    fact_context_capture(trace->context, trace->info.first_ns, trace->info.last_ns,
                         trace->info.partial || frame_source_is_cut(source));
    trace->info.joined = trace->joined = frame_source_take_map(source);
}

static Trace *trace_read_source(const char *path, FrameSource *source, PacketFilter *filter,
                                bool shows_progress)
{
    Trace *trace = trace_new(path);
    Progress progress = progress_begin(shows_progress);
    trace_read_frames(trace, source, filter, &progress);
    progress_end(&progress);
    trace_finish(trace, source);
    return trace;
}

Trace *trace_read(const char *path, PacketFilter *filter, bool shows_progress, GError **error)
{
    g_autoptr(FrameSource) source = frame_source_open(path, error);
    return source ? trace_read_source(path, source, filter, shows_progress) : NULL;
}

Trace *trace_join(char *const *paths, PacketFilter *filter, bool shows_progress)
{
    g_autoptr(FrameSource) source = frame_source_join(paths);
    return trace_read_source(frame_map_title(frame_source_map(source)), source, filter, shows_progress);
}

const CaptureInfo *trace_info(const Trace *trace)
{
    return &trace->info;
}

void trace_judge(Trace *trace, const RuleSet *rules, uint32_t stream, Case *ret_case)
{
    history_build(&trace->history, trace->table, stream);
    fact_set_begin(trace->facts, &trace->history, trace->context);
    rule_set_judge(rules, trace->facts, &trace->verdict);
    *ret_case = (Case){.capture = trace->path,
                       .joined = trace->joined,
                       .history = &trace->history,
                       .facts = trace->facts,
                       .rules = rules,
                       .verdict = &trace->verdict};
}
