/* The same parts as in the report of a capture, but of one connection, and nothing left out. */
#include "report/stream.h"

#include <inttypes.h>

#include "base/address.h"
#include "base/time-format.h"
#include "report/block.h"

static void append_side(GString *out, const Style *style, const HistorySide *side, Side which)
{
    GString *text = g_string_new(NULL);
    endpoint_format(text, &side->address, side->port);
    g_string_append_printf(text, ", %s at the end; sent ",
                           side->state == TCP_STATE_UNKNOWN ? "in a state the capture does not tell"
                                                            : tcp_state_name((TcpState)side->state));
    format_bytes(text, side->data_bytes);
    g_string_append_printf(text, " in %u segment%s, ", side->packets, side->packets == 1 ? "" : "s");
    format_bytes(text, side->data_acked);
    g_string_append(text, " acknowledged");
    if (side->gap_bytes + side->missing_bytes) {
        g_string_append(text, ", ");
        format_bytes(text, side->gap_bytes + side->missing_bytes);
        g_string_append(text, " missing from the capture");
    }
    if (side->retransmissions)
        g_string_append_printf(text, ", %u sent again", side->retransmissions);
    block_label(out, style, side_name(which), text->str);
    g_string_free(text, TRUE);
}

static void append_head(GString *out, const Style *style, const History *history)
{
    style_printf(out, style, TONE_STRONG, "stream %u", history->stream);
    g_string_append_c(out, '\n');
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "frames %u to %u, %u segment%s in ", history->first_frame,
                           history->last_frame, history->packets, history->packets == 1 ? "" : "s");
    format_duration(text, history->end_ns - history->start_ns, false);
    g_string_append_printf(text, "; handshake: %s", handshake_name(history->handshake));
    if (history->roles_guessed)
        g_string_append(text, "; which side is the client is a guess");
    block_label(out, style, "captured", text->str);
    if (history->previous != NO_CONNECTION) {
        g_string_printf(text, "stream %u used the same addresses and ports", history->previous);
        block_label(out, style, "before", text->str);
    }
    g_string_free(text, TRUE);
    for (unsigned side = 0; side < SIDES; side++)
        append_side(out, style, &history->side[side], (Side)side);
}

void stream_append(GString *out, const Style *style, Tellings *tellings, int64_t capture_ns,
                   const ReportOptions *options)
{
    const Case *subject = tellings->subject;
    const Verdict *verdict = subject->verdict;
    g_autoptr(GPtrArray) causes = g_ptr_array_new();
    for (unsigned i = 0; i < verdict->cause_count; i++)
        g_ptr_array_add(causes, tellings_cause(tellings, i));
    Block block = {.telling = tellings_leading(tellings),
                   .ending = tellings_ending(tellings),
                   .causes = causes,
                   .history = subject->history,
                   .joined = subject->joined,
                   .capture_ns = capture_ns};
    append_head(out, style, subject->history);
    block_ladder(out, style, &block, true);
    g_string_append_c(out, '\n');
    if (block.telling) {
        block_head(out, style, &block);
        block_body(out, style, &block, true);
    }
    for (unsigned i = 0; i < verdict->finding_count; i++) {
        if (verdict_finding_teller(verdict, i))
            continue;
        g_string_append_c(out, '\n');
        block_beneath(out, style, tellings_finding(tellings, i), subject->joined, true);
    }
    if (options->facts) {
        g_string_append_c(out, '\n');
        fact_tree_append(out, style, subject->facts);
    }
}
