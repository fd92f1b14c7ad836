/* One pass over the capture, with a flow table only for the stream numbers. Where the connection begins with
 * a SYN, its sides are known and the wanted one is written as it is put together; else both are kept in
 * unnamed files until the end shows which is which. So memory is bounded, however long the stream. */
#include "pipeline/follow.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "capture/source.h"
#include "decode/decode.h"
#include "endpoint/history.h"
#include "flow/table.h"
#include "pipeline/message.h"
#include "pipeline/oddities.h"
#include "pipeline/reassembly.h"

typedef struct {
    FlowTable *table;
    uint32_t stream;
    Side side;
    Sink *out;
    Sink *kept[2];             /* of each end, until it is known which it is; NULL: not needed */
    Reassembly *reassembly[2]; /* likewise */
    bool is_begun;
} Follow;

/* ReassemblyTake */
static void write_bytes(const uint8_t *bytes, size_t length, void *sink)
{
    sink_write(sink, (const char *)bytes, length);
}

/* Which end is the wanted side, if the first segment tells; else both are put together. End 0 sent it. */
static bool follow_begin(Follow *follow, const Segment *segment, GError **error)
{
    follow->is_begun = true;
    bool is_known = segment->kind == SEGMENT_TCP && segment->flags & TCP_SYN;
    unsigned client = is_known && segment->flags & TCP_ACK ? 1 : 0;
    unsigned wanted = follow->side == SIDE_CLIENT ? client : !client;
    for (unsigned end = 0; end < 2; end++) {
        if (is_known && end != wanted)
            continue;
        if (!is_known && !(follow->kept[end] = sink_new_spool(error)))
            return false;
        follow->reassembly[end] = reassembly_new(write_bytes, is_known ? follow->out : follow->kept[end]);
    }
    return true;
}

static bool follow_add(Follow *follow, const Segment *segment, const uint8_t *payload, GError **error)
{
    const Connection *connection = flow_table_add(follow->table, segment);
    if (flow_table_count(follow->table) <= follow->stream ||
        connection != flow_table_get(follow->table, follow->stream))
        return true;
    if (!follow->is_begun && !follow_begin(follow, segment, error))
        return false;
    if (segment->kind != SEGMENT_TCP)
        return true;
    bool is_from_0 = segment->source_port == connection->port[0] &&
                     !memcmp(segment->source, connection->address[0], sizeof segment->source);
    unsigned end = is_from_0 ? 0 : 1;
    const Sequence *self = &connection->sequence[end], *peer = &connection->sequence[!end];
    if (follow->reassembly[!end] && segment->flags & TCP_ACK)
        reassembly_acknowledge(follow->reassembly[!end], segment->ack - peer->isn);
    if (follow->reassembly[end])
        reassembly_add(follow->reassembly[end], segment->seq - self->isn, segment->flags & TCP_SYN,
                       segment->length, payload, segment->captured_length);
    return true;
}

/* Nobody will have what comes next. */
static bool follow_is_broken(const Follow *follow)
{
    bool is_kept_broken = false;
    for (unsigned end = 0; end < 2; end++)
        is_kept_broken |= follow->kept[end] && sink_is_broken(follow->kept[end]);
    return is_kept_broken || sink_is_broken(follow->out);
}

static bool follow_read(Follow *follow, FrameSource *source, PacketFilter *filter, GError **error)
{
    g_autoptr(Defragmenter) defragmenter = defragmenter_new();
    Frame frame;
    int64_t now_ns = 0;
    while (!stop_is_requested() && !follow_is_broken(follow) && frame_source_next_batch(source, &frame, 1)) {
        if (frame.time_ns == FRAME_TIME_UNKNOWN)
            frame.time_ns = now_ns;
        now_ns = frame.time_ns;
        Segment segment;
        const uint8_t *payload;
        if ((!filter || packet_filter_takes(filter, &frame)) &&
            decode_frame(defragmenter, &frame, &segment, &payload) == DECODED_SEGMENT &&
            !follow_add(follow, &segment, payload, error))
            return false;
    }
    return true;
}

/* What was kept of the wanted side until it was known which it is. */
static void follow_copy(const Follow *follow)
{
    g_autofree History *history = g_new0(History, 1);
    history_build(history, follow->table, follow->stream);
    Sink *kept = follow->kept[history->side[follow->side].end];
    if (kept)
        sink_pour(follow->out, kept);
}

/* False where something could not be kept. */
static bool follow_clear(Follow *follow, GError **error)
{
    bool is_good = true;
    for (unsigned end = 0; end < 2; end++) {
        reassembly_free(follow->reassembly[end]);
        is_good &= sink_close(follow->kept[end], is_good ? error : NULL);
    }
    flow_table_free(follow->table);
    return is_good;
}

/* Whether all of it was read; else it has been said what was not, but for the signal. */
static bool follow_is_whole(const FrameSource *source, const char *name)
{
    g_autoptr(DiagnosticList) diagnostics = diagnostic_list_new();
    oddities_tell_files(source, diagnostics);
    message_diagnostics(name, diagnostics, DIAGNOSTIC_ERROR);
    return diagnostic_list_worst(diagnostics) < DIAGNOSTIC_ERROR && !stop_is_requested();
}

bool follow_write(Sink *out, const Options *options, FrameSource *source, const char *name,
                  PacketFilter *filter, bool *ret_found, GError **error)
{
    Follow follow = {.table = flow_table_new((uint64_t)g_get_real_time(), NULL),
                     .out = out,
                     .stream = (uint32_t)options->stream,
                     .side = options->follow_side};
    flow_table_set_numbering(follow.table, options->numbering);
    bool is_good = follow_read(&follow, source, filter, error);
    stop_reading_ends();
    if (is_good && follow.is_begun)
        follow_copy(&follow);
    *ret_found = follow.is_begun;
    is_good &= follow_clear(&follow, is_good ? error : NULL);
    if (!follow_is_whole(source, name) && is_good) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: not followed to its end%s", name,
                    stop_is_requested() ? ": stopped by a signal" : "");
        return false;
    }
    return is_good;
}
