/* The loop over frames: read a batch, decode it, and hand the segments to the lanes that file them. */
#include "pipeline/trace.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "base/beside.h"
#include "base/stop.h"
#include "capture/source.h"
#include "decode/decode.h"
#include "flow/lanes.h"
#include "pipeline/oddities.h"
#include "pipeline/progress.h"
#include "pipeline/rest.h"

/* All of them are decoded before the first is filed: by then what was written in small pieces has reached the
 * cache, and is copied in large ones without waiting for it. */
#define BATCH_FRAMES 32

_Static_assert(BATCH_FRAMES <= DECODE_FRAMES_KEPT, "payloads put together stay until then");

struct Trace {
    char *path, *format;
    FrameMap *joined; /* NULL: one file */
    FrameOffsets *offsets;
    CaptureInfo info;
    DiagnosticList *diagnostics;
    Oddities oddities;
    Defragmenter *defragmenter;
    Lanes *lanes;
    GPtrArray *rests; /* Rest, one a lane */
    GArray *notable;  /* uint32_t, streams */
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

static Trace *trace_new(const char *path, const RuleSet *rules)
{
    Trace *trace = g_new0(Trace, 1);
    trace->path = g_strdup(path);
    trace->diagnostics = diagnostic_list_new();
    trace->defragmenter = defragmenter_new();
    trace->lanes = lanes_new(random_seed(), beside_is_possible());
    trace->rests = g_ptr_array_new_with_free_func((GDestroyNotify)rest_free);
    for (unsigned lane = 0; lane < lanes_width(trace->lanes); lane++)
        g_ptr_array_add(trace->rests, rest_new(trace->lanes, lane, rules));
    trace->notable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    trace->context = fact_context_new(lanes_arena(trace->lanes));
    trace->facts = fact_set_new();
    return trace;
}

void trace_free(Trace *trace)
{
    if (!trace)
        return;
    fact_set_free(trace->facts);
    fact_context_free(trace->context);
    g_ptr_array_unref(trace->rests);
    lanes_free(trace->lanes);
    g_array_unref(trace->notable);
    defragmenter_free(trace->defragmenter);
    diagnostic_list_free(trace->diagnostics);
    frame_map_free(trace->joined);
    frame_offsets_free(trace->offsets);
    g_free(trace->format);
    g_free(trace->path);
    g_free(trace);
}

static void trace_note_span(Trace *trace, int64_t first_ns, int64_t last_ns)
{
    trace->info.first_ns = trace->has_time ? MIN(trace->info.first_ns, first_ns) : first_ns;
    trace->info.last_ns = trace->has_time ? MAX(trace->info.last_ns, last_ns) : last_ns;
    trace->has_time = true;
}

/* A frame without a time gets that of the one before it, so that nothing later has to know. */
static void trace_mend_times(Trace *trace, Frame *frames, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (frames[i].time_ns == FRAME_TIME_UNKNOWN) {
            frames[i].time_ns = trace->now_ns;
            trace->oddities.timeless_frames++;
        } else {
            trace->now_ns = frames[i].time_ns;
            trace_note_span(trace, trace->now_ns, trace->now_ns);
        }
    }
}

static void trace_note_frames(Trace *trace, Frame *frames, unsigned count)
{
    int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
    unsigned snapped = 0;
    for (unsigned i = 0; i < count; i++) {
        first_ns = MIN(first_ns, frames[i].time_ns);
        last_ns = MAX(last_ns, frames[i].time_ns);
        snapped += frames[i].captured_len < frames[i].original_len;
    }
    trace->info.frames += count;
    trace->oddities.snapped_frames += snapped;
    if (first_ns == FRAME_TIME_UNKNOWN) { /* which is the least of all times */
        trace_mend_times(trace, frames, count);
        return;
    }
    trace->now_ns = frames[count - 1].time_ns;
    trace_note_span(trace, first_ns, last_ns);
}

static void trace_note_offsets(Trace *trace, const Frame *frames, unsigned count)
{
    enum {
        RECORD_HEADER = 16
    }; /* of pcap; which is also how far it is wrong in pcapng, for the last frame */
    for (unsigned i = 0; i < count; i++)
        frame_offsets_add(trace->offsets, frames[i].number, frames[i].offset,
                          frames[i].offset + RECORD_HEADER + frames[i].captured_len);
}

/* Keeps those that the filter takes; returns how many. */
static unsigned trace_filter_frames(Trace *trace, PacketFilter *filter, Frame *frames, unsigned count)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++) {
        if (packet_filter_takes(filter, &frames[i]))
            frames[kept++] = frames[i];
    }
    trace->oddities.filtered_frames += count - kept;
    return kept;
}

static void trace_take_frames(Trace *trace, const Frame *frames, unsigned count)
{
    Segment segments[BATCH_FRAMES], *segment = segments;
    const uint8_t *payloads[BATCH_FRAMES], **payload = payloads;
    for (const Frame *frame = frames; frame < frames + count; frame++) {
        DecodeResult result = decode_frame(trace->defragmenter, frame, segment, payload);
        if (result == DECODED_SEGMENT)
            segment++, payload++;
        else if (result == DECODED_UNKNOWN_LINKTYPE)
            oddities_note_link_type(&trace->oddities, frame->link_type);
    }
    unsigned found = (unsigned)(segment - segments);
    lanes_file(trace->lanes, segments, payloads, found);
    trace->info.segments += found;
}

static void trace_read_frames(Trace *trace, FrameSource *source, PacketFilter *filter, Progress *progress)
{
    Frame frames[BATCH_FRAMES];
    unsigned count;
    while (!stop_is_requested() && !trace->oddities.is_full &&
           (count = frame_source_next_batch(source, frames, BATCH_FRAMES))) {
        count = oddities_bound_frames(&trace->oddities, frames, count);
        if (!count)
            break;
        trace_note_frames(trace, frames, count);
        if (trace->offsets)
            trace_note_offsets(trace, frames, count);
        if (filter)
            count = trace_filter_frames(trace, filter, frames, count);
        trace_take_frames(trace, frames, count);
        progress_update(progress, frame_source_position(source), frame_source_size(source),
                        trace->info.frames);
    }
}

/* Each lane knows of its own connections only, by numbers of its own. */
static void trace_gather_witnesses(Trace *trace)
{
    fact_context_expect(trace->context, trace->info.connections);
    for (unsigned lane = 0; lane < trace->rests->len; lane++)
        rest_number_servers(trace->rests->pdata[lane], trace->context);
    for (uint32_t stream = 0; stream < trace->info.connections; stream++) {
        uint32_t index;
        unsigned lane = lanes_find(trace->lanes, stream, &index);
        rest_testify(trace->rests->pdata[lane], index, trace->context);
    }
}

static void judge_lanes(const Trace *trace, unsigned first, unsigned end)
{
    for (unsigned lane = first; lane < end; lane++)
        rest_judge_left(trace->rests->pdata[lane], trace->context);
}

/* The half that the caller does not take himself. */
static void judge_other_lanes(void *data)
{
    const Trace *trace = data;
    judge_lanes(trace, trace->rests->len / 2, trace->rests->len);
}

static void trace_judge_left(Trace *trace)
{
    /* for fewer it is not worth a thread, even if all of them are left */
    enum { WORTH_A_THREAD = 256 };
    bool is_beside = trace->rests->len > 1 && trace->info.connections >= WORTH_A_THREAD;
    Beside *beside = is_beside ? beside_begin("judge", judge_other_lanes, trace) : NULL;
    judge_lanes(trace, 0, trace->rests->len / 2);
    if (beside)
        beside_end(beside);
    else
        judge_other_lanes(trace);
}

/* The lanes' in the order of all streams. */
static void trace_merge_notable(Trace *trace)
{
    uint32_t at[LANES_MAX] = {0}, stream;
    do {
        unsigned first = 0;
        stream = NO_CONNECTION;
        for (unsigned lane = 0; lane < trace->rests->len; lane++) {
            uint32_t count;
            const uint32_t *notable = rest_notable(trace->rests->pdata[lane], &count);
            if (at[lane] < count && lanes_stream(trace->lanes, lane, notable[at[lane]]) < stream) {
                stream = lanes_stream(trace->lanes, lane, notable[at[lane]]);
                first = lane;
            }
        }
        at[first]++;
        if (stream != NO_CONNECTION)
            g_array_append_val(trace->notable, stream);
    } while (stream != NO_CONNECTION);
}

static void trace_finish(Trace *trace, FrameSource *source, const TraceOptions *options)
{
    trace->oddities.frames = trace->info.frames;
    trace->oddities.segments = trace->info.segments;
    if (trace->info.partial)
        diagnostic_list_add(trace->diagnostics, DIAGNOSTIC_ERROR, frame_source_position(source), 0,
                            "reading was stopped by a signal after frame %" PRIu64
                            ": this is told of what was read until then",
                            trace->info.frames);
    oddities_tell(&trace->oddities, source, trace->diagnostics);
    decode_tell(trace->defragmenter, trace->diagnostics);
    if (options->filter)
        packet_filter_tell(options->filter, trace->diagnostics);
    trace->format = frame_source_format(source);
    trace->info.path = trace->path;
    trace->info.format = trace->format;
    lanes_finish(trace->lanes);
    trace->info.connections = lanes_count(trace->lanes);
    trace->info.diagnostics = trace->diagnostics;
    trace_gather_witnesses(trace);
    fact_context_capture(trace->context, trace->info.first_ns, trace->info.last_ns,
                         trace->info.partial || trace->oddities.is_full || frame_source_is_cut(source));
    if (options->rules) {
        trace_judge_left(trace);
        trace_merge_notable(trace);
    }
    if (trace->format && !strstr(trace->format, "compressed")) /* offsets are those of what is decompressed */
        trace->info.offsets = trace->offsets;
    trace->info.joined = trace->joined = frame_source_take_map(source);
}

static Trace *trace_read_source(const char *path, FrameSource *source, const TraceOptions *options)
{
    Trace *trace = trace_new(path, options->rules);
    if (options->keeps_offsets && !frame_source_map(source))
        trace->offsets = frame_offsets_new();
    lanes_set_numbering(trace->lanes, options->numbering);
    Progress progress = progress_begin(options->shows_progress);
    trace_read_frames(trace, source, options->filter, &progress);
    stop_reading_ends();
    trace->info.partial = stop_is_requested();
    progress_end(&progress);
    trace_finish(trace, source, options);
    return trace;
}

Trace *trace_read(const char *path, const TraceOptions *options, GError **error)
{
    stop_reading_begins();
    g_autoptr(FrameSource) source = frame_source_open(path, error);
    if (source)
        return trace_read_source(path, source, options);
    stop_reading_ends();
    return NULL;
}

Trace *trace_join(char *const *paths, const TraceOptions *options)
{
    stop_reading_begins();
    g_autoptr(FrameSource) source = frame_source_join(paths);
    return trace_read_source(frame_map_title(frame_source_map(source)), source, options);
}

const CaptureInfo *trace_info(const Trace *trace)
{
    return &trace->info;
}

const Outcome *trace_outcome(const Trace *trace, uint32_t stream)
{
    uint32_t index;
    unsigned lane = lanes_find(trace->lanes, stream, &index);
    return rest_outcome(trace->rests->pdata[lane], index);
}

void trace_each_good(const Trace *trace, OutcomeFunction function, void *data)
{
    for (unsigned lane = 0; lane < trace->rests->len; lane++)
        rest_each_good(trace->rests->pdata[lane], function, data);
}

const uint32_t *trace_notable(const Trace *trace, uint32_t *ret_count)
{
    *ret_count = trace->notable->len;
    return (const uint32_t *)(const void *)trace->notable->data;
}

void trace_prefetch_server(const Trace *trace, uint32_t stream)
{
    fact_context_prefetch(trace->context, stream);
}

const Endpoint *trace_server(const Trace *trace, uint32_t stream)
{
    return fact_context_server(trace->context, stream);
}

void trace_judge(Trace *trace, const RuleSet *rules, uint32_t stream, Case *ret_case)
{
    uint32_t index;
    unsigned lane = lanes_find(trace->lanes, stream, &index);
    rest_outline(trace->rests->pdata[lane], index, &trace->history);
    history_complete(&trace->history);
    fact_set_begin(trace->facts, &trace->history, trace->context);
    rule_set_judge(rules, trace->facts, &trace->verdict);
    verdict_tell_facts(&trace->verdict, trace->facts);
    *ret_case = (Case){.capture = trace->path,
                       .joined = trace->joined,
                       .history = &trace->history,
                       .facts = trace->facts,
                       .rules = rules,
                       .verdict = &trace->verdict};
}
