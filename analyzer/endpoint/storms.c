/* RSTs that answer a flight of which only a part is among the rows: the segment is one of a run, and which of
 * them cannot be told, nor need be. They came after what ended their sender, so nothing of what became of the
 * connection hangs on them. */
#include "endpoint/private.h"

/* As for what is among the rows where no round trip is known. */
#define ANSWERED_WITHIN_NS INT64_C(3000000000)

/* A run before the RST, of whose segments one with payload may have provoked it: its SEQ is their ACK, and
 * its sender did not acknowledge all of them. -1 for none. */
static int find_run(const History *history, const ResetRecord *reset)
{
    const int64_t received = history->side[reset->side].received;
    for (uint64_t runs = history->sets.runs & rows_before(reset->row); runs; runs &= runs - 1) {
        const unsigned i = row_set_first(runs);
        const EventRunEnd *sent = &history_run(history, &history->rows[i])->side[side_other(reset->side)];
        if (history->rows[i].data_segments && sent->packets > sent->resets && sent->received == reset->seq &&
            sent->next > received && reset->time_ns - sent->last_ns <= ANSWERED_WITHIN_NS)
            return (int)i;
    }
    return -1;
}

/* Whether an RST of the same side with the same number answers data: of what else was in flight then, a pure
 * ACK is the least likely to have drawn the next. */
static bool goes_with_answers_to_data(const History *history, const ResetRecord *reset)
{
    for (const ResetRecord *earlier = history->resets; earlier < reset; earlier++)
        if (earlier->side == reset->side && earlier->seq == reset->seq &&
            earlier->answers == RST_ANSWERS_DATA)
            return true;
    return false;
}

void history_find_storms(History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        ResetRecord *reset = &history->resets[i];
        const bool is_open = reset->form == RST_FORM_OTHER ||
                             (reset->answers == RST_ANSWERS_ACK && goes_with_answers_to_data(history, reset));
        const int run = is_open && !reset->has_ack && !reset->effective && !reset->ends_sender
                            ? find_run(history, reset)
                            : -1;
        if (run < 0)
            continue;
        reset->form = RST_FORM_REPLY;
        reset->answers = RST_ANSWERS_DATA;
        reset->answers_row = (uint8_t)run;
        reset->answers_frame = 0;
        reset->delay_ns = 0;
    }
}
