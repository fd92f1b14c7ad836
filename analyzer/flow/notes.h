/* The few payloads that say something about the end of a connection: the text or diagnostic of an RST, a TLS
 * alert; and who sent an ICMP error.
 *
 * Kept beside the events, bounded, and only where there is something to keep: nearly no connection has any.
 */
#pragma once

#include "base/bounds.h"
#include "flow/connection.h"
#include "flow/pool.h"

typedef enum {
    NOTE_RST_PAYLOAD, /* RFC 9293 3.5.3: text; or the 8 bytes of draft-ietf-tcpm-rst-diagnostic-payload */
    NOTE_MPTCP_RST,   /* MP_TCPRST (RFC 8684 3.6): bytes[0] is the reason */
    NOTE_TLS_ALERT, /* the segment is one TLS alert record, or one that has the size of an encrypted alert */
    NOTE_ICMP,      /* bytes: the 16 of who sent the error, and the 4 of the next hop's MTU in host order; the
                       first of a connection */
} NoteKind;

typedef struct {
    uint32_t next; /* handle of the next note of the connection, 0 for none */
    uint32_t frame;
    uint16_t length; /* payload on the wire, saturating; at most NOTE_BYTES_MAX of it are kept */
    uint8_t kind;    /* NoteKind */
    uint8_t kept;    /* bytes kept */
    uint8_t bytes[NOTE_BYTES_MAX];
} Note;

/* Bytes of a record that may be an alert. */
enum { NOTE_ALERT_MIN = 6, NOTE_ALERT_MAX = 64 };

/* Whether the segment may be worth a note; cheap enough to ask of each. */
static inline bool note_is_due(const Segment *segment)
{
    return segment->flags & TCP_RST || segment->kind != SEGMENT_TCP ||
           segment->captured_length - NOTE_ALERT_MIN <= NOTE_ALERT_MAX - NOTE_ALERT_MIN;
}

/* The note of a segment, as yet of no connection; false where it is not worth one after all. `payload` may be
 * NULL where nothing was captured. */
bool note_make(Note *ret_note, const Segment *segment, const uint8_t *payload);

/* Keeps a copy of the note. */
void notes_add(Pool *pool, Connection *connection, const Note *note);
