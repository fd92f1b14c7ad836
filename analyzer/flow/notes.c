#include "flow/notes.h"

#include <string.h>

/* RFC 8446 5.1: type, version 03 xx, length. An alert is 2 bytes in the clear; encrypted it is 2 and a tag
 * (RFC 5288: 8 bytes of nonce more), and in TLS 1.3 it hides as application data of 19 bytes. */
static bool is_tls_alert(const Segment *segment, const uint8_t *payload)
{
    enum { ALERT = 0x15, APPLICATION_DATA = 0x17 };
    if (!payload || segment->captured_length < NOTE_ALERT_MIN || segment->length > NOTE_ALERT_MAX ||
        payload[1] != 3)
        return false;
    unsigned record = (unsigned)payload[3] << 8 | payload[4];
    return segment->length == record + 5 &&
           (payload[0] == ALERT || (payload[0] == APPLICATION_DATA && record == 19));
}

static bool find_kind(const Segment *segment, const uint8_t *payload, NoteKind *ret_kind)
{
    bool is_reset = segment->flags & TCP_RST, has_text = payload && segment->captured_length;
    *ret_kind = !is_reset ? NOTE_TLS_ALERT : has_text ? NOTE_RST_PAYLOAD : NOTE_MPTCP_RST;
    if (is_reset)
        return has_text || segment->options & OPTION_MPTCP_RST;
    return is_tls_alert(segment, payload);
}

static void note_icmp(Note *ret_note, const Segment *segment)
{
    enum { ADDRESS = sizeof segment->icmp_source, MTU = sizeof segment->icmp_mtu };
    *ret_note = (Note){
        .frame = segment->frame > UINT32_MAX ? UINT32_MAX : (uint32_t)segment->frame,
        .kind = NOTE_ICMP,
        .kept = ADDRESS + MTU,
    };
    memcpy(ret_note->bytes, segment->icmp_source, ADDRESS);
    memcpy(ret_note->bytes + ADDRESS, &segment->icmp_mtu, MTU);
}

bool note_make(Note *ret_note, const Segment *segment, const uint8_t *payload)
{
    NoteKind kind;
    if (segment->kind != SEGMENT_TCP) {
        note_icmp(ret_note, segment);
        return true;
    }
    if (!find_kind(segment, payload, &kind))
        return false;
    *ret_note = (Note){
        .frame = segment->frame > UINT32_MAX ? UINT32_MAX : (uint32_t)segment->frame,
        .length = segment->length > UINT16_MAX ? UINT16_MAX : (uint16_t)segment->length,
        .kind = (uint8_t)kind,
    };
    if (kind == NOTE_MPTCP_RST) {
        ret_note->kept = 1;
        ret_note->bytes[0] = segment->mptcp_reason;
    } else {
        ret_note->kept =
            segment->captured_length < NOTE_BYTES_MAX ? (uint8_t)segment->captured_length : NOTE_BYTES_MAX;
        memcpy(ret_note->bytes, payload, ret_note->kept);
    }
    return true;
}

/* What counts is the first of what RSTs say and the last of the alerts: the oldest alert gives way. False
 * where there is none. */
static bool drop_oldest_alert(Pool *pool, Connection *connection)
{
    uint32_t *link = &connection->notes;
    for (uint32_t i = *link; i; i = *link) {
        Note *note = pool_block(pool, i);
        if (note->kind == NOTE_TLS_ALERT) {
            *link = note->next;
            pool_give_back(pool, i);
            return true;
        }
        link = &note->next;
    }
    return false;
}

/* Its last note, 0 for none. */
static uint32_t find_last(Pool *pool, const Connection *connection, unsigned *ret_count)
{
    uint32_t last = 0;
    *ret_count = 0;
    for (uint32_t i = connection->notes; i; i = ((Note *)pool_block(pool, i))->next) {
        last = i;
        ++*ret_count;
    }
    return last;
}

static bool has_kind(const Pool *pool, const Connection *connection, uint8_t kind)
{
    const Note *note;
    for (uint32_t i = connection->notes; i; i = note->next) {
        note = pool_block(pool, i);
        if (note->kind == kind)
            return true;
    }
    return false;
}

void notes_add(Pool *pool, Connection *connection, const Note *note)
{
    if (note->kind == NOTE_ICMP && has_kind(pool, connection, NOTE_ICMP))
        return;
    unsigned count;
    uint32_t last = find_last(pool, connection, &count);
    if (count == NOTES_MAX) {
        if (!drop_oldest_alert(pool, connection))
            return;
        last = find_last(pool, connection, &count);
    }
    uint32_t handle = pool_take(pool);
    *(Note *)pool_block(pool, handle) = *note;
    if (last)
        ((Note *)pool_block(pool, last))->next = handle;
    else
        connection->notes = handle;
}
