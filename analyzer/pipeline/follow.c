/* One pass over the capture, with a flow table only for the stream numbers. Where the connection begins with
 * a SYN, its sides are known and the wanted one is written as it is put together; else both are kept in
 * unnamed files until the end shows which is which. So memory is bounded, however long the stream. */
#include "pipeline/follow.h"

#include <errno.h>
#include <stdio.h>
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
    FILE *out[2];              /* of each end; NULL: not wanted */
    Reassembly *reassembly[2]; /* likewise */
    bool is_begun;
} Follow;

static void write_bytes(const uint8_t *bytes, size_t length, void *context)
{
    fwrite(bytes, 1, length, context);
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
        follow->out[end] = is_known ? stdout : tmpfile();
        if (!follow->out[end]) {
            g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "--follow needs a temporary file: %s",
                        g_strerror(errno));
            return false;
        }
        follow->reassembly[end] = reassembly_new(write_bytes, follow->out[end]);
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

static bool follow_read(Follow *follow, FrameSource *source, PacketFilter *filter, GError **error)
{
    g_autoptr(Defragmenter) defragmenter = defragmenter_new();
    Frame frame;
    int64_t now_ns = 0;
    while (!stop_is_requested() && frame_source_next_batch(source, &frame, 1)) {
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
    FILE *kept = follow->out[history->side[follow->side].end];
    if (!kept || kept == stdout)
        return;
    rewind(kept);
    char bytes[65536];
    size_t length;
    while ((length = fread(bytes, 1, sizeof bytes, kept)))
        fwrite(bytes, 1, length, stdout);
}

static void follow_clear(Follow *follow)
{
    for (unsigned end = 0; end < 2; end++) {
        reassembly_free(follow->reassembly[end]);
        if (follow->out[end] && follow->out[end] != stdout)
            fclose(follow->out[end]);
    }
    flow_table_free(follow->table);
}

/* Whether all of it was read; else it has been said what was not, but for the signal. */
static bool follow_is_whole(const FrameSource *source, const char *name)
{
    g_autoptr(DiagnosticList) diagnostics = diagnostic_list_new();
    oddities_tell_files(source, diagnostics);
    message_diagnostics(name, diagnostics, DIAGNOSTIC_ERROR);
    return diagnostic_list_worst(diagnostics) < DIAGNOSTIC_ERROR && !stop_is_requested();
}

bool follow_print(FrameSource *source, const char *name, PacketFilter *filter, uint32_t stream, Side side,
                  bool *ret_found, GError **error)
{
    Follow follow = {
        .table = flow_table_new((uint64_t)g_get_real_time(), NULL), .stream = stream, .side = side};
    bool is_good = follow_read(&follow, source, filter, error);
    if (is_good && follow.is_begun)
        follow_copy(&follow);
    *ret_found = follow.is_begun;
    follow_clear(&follow);
    if (!follow_is_whole(source, name) && is_good) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: not followed to its end%s", name,
                    stop_is_requested() ? ": stopped by a signal" : "");
        return false;
    }
    return is_good;
}
