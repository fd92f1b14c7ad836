/* What the files on RSTs share; internal to endpoint.
 *
 * An RST is judged by what its sender knew: the numbers of a live socket, or no more than the segment that
 * provoked it tells. Flags do not say it: Windows, picoTCP and pasta abort without ACK (as RFC 9293 3.10.5
 * has it), FreeRTOS, uIP, lwIP and Windows answer with one. */
#pragma once

#include "endpoint/private.h"

/* How long answers of one side take at the capture point, by all that was acknowledged to the other. -1:
 * unknown. Acknowledgements may be delayed, so the latest is no less than it was, and the least is next to
 * the truth. */
typedef struct {
    int64_t least_ns, latest_ns;
    unsigned measured; /* how often */
    int64_t asked_ns; /* when a segment went that waits for its acknowledgement */
    int64_t asked;    /* the number after it; ACKED_NOTHING for none */
} AnswerTime;

/* What both sides had sent and acknowledged when a row passed the capture point. */
typedef struct {
    AnswerTime answer[SIDES];
    int64_t next[SIDES], received[SIDES]; /* received: ACKED_NOTHING before any ACK */
    uint32_t window[SIDES];               /* not scaled */
    bool fin[SIDES];
    unsigned last_normal[SIDES]; /* index of the last row that is no RST, EVENTS_MAX for none */
    uint64_t answered;           /* rows that an RST was matched with */
    bool dead[SIDES];            /* it sent an RST of its own, or took one */
    bool aborted[SIDES];         /* it sent an RST of its own */
    int64_t abort_ns[SIDES];     /* when; with `aborted` */
} Progress;

/* A reply leaves at once, so at the capture point it follows within a round trip. That may have grown since
 * it was measured, and hosts are not always quick. */
#define REPLY_SLACK_NS INT64_C(200000000)

/* reset-marks.c: what of the RST is like, and unlike, the latest segments of its side. Needs to be called
 * before all else that is found of an RST. */
void reset_find_marks(const History *history, const Progress *progress, ResetRecord *reset);

/* Its window is the one that its side advertised last, not zero, and not the other side's: 1; that of the
 * segment `answered`, echoed, and not its own: -1; neither says anything: 0. */
int reset_window_mark(const History *history, const Progress *progress, const ResetRecord *reset,
                      const HistoryRow *answered);

/* reset-form.c: reply, abort or neither, and what it answers. */
void reset_find_form(const History *history, Progress *progress, ResetRecord *reset);

RstAnswers row_kind_when_answered(const HistoryRow *row);
