/* Segments in human notation, sent through a flow table: what the tests of flow, endpoint and facts share.
 *
 *     emit(&script, CLIENT, "S", 0, 0, 0);     SYN
 *     emit(&script, SERVER, "S.", 0, 1, 0);    SYN-ACK
 *     emit(&script, CLIENT, "P.", 1, 1, 100);  100 bytes
 *
 * Flags are written as tcpdump does: S F R P U and "." for ACK. Sequence numbers are relative to each side's
 * ISN, which the script may choose. Time passes a millisecond a segment, and more by wait_ms(). */
#pragma once

#include "base/tcp-state.h"
#include "flow/table.h"
#include "testing.h"

#define CLIENT SIDE_CLIENT /* 10.0.0.1:40000 */
#define SERVER SIDE_SERVER /* 10.0.0.2:80 */

typedef struct {
    FlowTable *table;
    Connection *connection; /* of the last segment */
    Segment last;           /* the last segment */
    uint32_t isn[SIDES];
    uint16_t client_port;
    uint16_t window, ip_id; /* of the next segments; ip_id is stepped by each where it is not 0 */
    uint32_t unflagged_ack; /* what the ACK field of the next segments has on the wire if its flag is not set */
    uint8_t ttl[SIDES];
    uint16_t options; /* OPTION_… of the next segments; OPTION_WSCALE and so on only go with a SYN */
    uint8_t wscale;
    int64_t now_ns;
    uint64_t frame;
} Script;

#define MS INT64_C(1000000)

void script_init(Script *script);
void script_clear(Script *script);

/* Builds the segment without adding it. */
Segment segment_of(const Script *script, Side side, const char *flags, uint32_t seq, uint32_t ack,
                   uint32_t length);

/* Adds it and returns how it was marked (EVENT_…). */
uint16_t emit(Script *script, Side side, const char *flags, uint32_t seq, uint32_t ack, uint32_t length);

/* Adds the last segment again, as a mirror port shows it: 10 µs later. True if it was taken for a copy. */
bool mirror(Script *script);

/* An ICMP error, sent to `side`, that quotes this segment of it. */
void send_icmp(Script *script, Side side, const char *flags, uint32_t seq, uint8_t type, uint8_t code);

void wait_ms(Script *script, int64_t ms);

/* SYN, SYN-ACK, ACK. */
void handshake(Script *script);

/* Index of the last segment's connection: its stream number. */
uint32_t script_stream(const Script *script);

/* The end (0 or 1) of the last connection that is this side. */
unsigned script_end(const Script *script, Side side);
