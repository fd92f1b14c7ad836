/* What Zeek would say of a connection: its own state machine of each end, replayed over the kept segments.
 *
 * Zeek's states are coarser than RFC 9293's and look at flags alone, so they are kept apart from everything
 * else here: nothing but the facts zeek.… uses them. Read from Zeek's TCPSessionAdapter.cc, TCP_Endpoint.cc
 * and conn/main.zeek; its timers and its check of checksums are left out. */
#pragma once

#include "base/bounds.h"
#include "endpoint/history.h"

typedef enum {
    ZEEK_INACTIVE,
    ZEEK_SYN_SENT,
    ZEEK_SYN_ACK_SENT,
    ZEEK_PARTIAL,
    ZEEK_ESTABLISHED,
    ZEEK_CLOSED,
    ZEEK_RESET,
} ZeekState;

/* Letters are in upper case for the originator. */
enum { ZEEK_ORIGINATOR, ZEEK_RESPONDER, ZEEK_ENDS };

/* One end. Numbers are the history's relative ones. */
typedef struct {
    ZeekState state, previous;
    int64_t start, last; /* of the SYN, seen or not; one beyond the highest number sent */
    int64_t delivered;   /* below it all bytes were seen or given up */
    int64_t fin_seq;
    int64_t letter_seq[3]; /* number of the latest SYN, FIN and RST */
    unsigned once;         /* letters that are told once and have been */
    unsigned retransmissions, zero_windows, gaps;
    bool has_fin, has_rst;
} ZeekEnd;

typedef struct {
    ZeekEnd end[ZEEK_ENDS];
    Side originator;
    char history[ZEEK_HISTORY_MAX + 1];
    unsigned length;
    bool is_seen;      /* any segment, and not only ICMP errors */
    bool state_lost;   /* segments that are not kept might have changed the states */
    bool letters_lost; /* the same of the letters */
} ZeekReplay;

/* Replays the connection; of several that Zeek would make of the stream the last. */
void zeek_replay(ZeekReplay *ret_replay, const History *history);

/* zeek-state.c: what the segment makes of its sender's state, and of the peer's. */
void zeek_state_take(ZeekEnd *self, ZeekEnd *peer, unsigned which, const HistoryRow *row);

/* zeek-letters.c */
void zeek_letter_add(ZeekReplay *replay, unsigned which, char letter);
/* Letters of the segment itself; before its sender's state changes. */
void zeek_letters_take(ZeekReplay *replay, unsigned which, const HistoryRow *row);
/* g, for bytes of `which` that the row acknowledges and none before it carries; after the states changed. */
void zeek_letters_gaps(ZeekReplay *replay, unsigned which, const History *history, unsigned row);
/* Whether the segments of a run might have told a letter. */
bool zeek_letters_lost_in_run(const ZeekReplay *replay, const History *history, const HistoryRow *run);
