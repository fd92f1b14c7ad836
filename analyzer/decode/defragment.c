/* Puts fragments together as Wireshark does, so that stream numbers agree: a packet is decoded in the frame
 * that completes it; a fragment that comes again is ignored; where fragments overlap, the one that begins
 * first in the packet gives the bytes (RFC 5722 would drop them all); what lies beyond the end that the last
 * fragment told is cut off. Each fragment is copied, and everything is bounded: a capture is hostile input.
 */
#include "decode/defragment.h"

#include <string.h>

#include "base/bounds.h"

typedef struct Piece Piece;

struct Piece {
    Piece *next;
    uint32_t offset, length;
    uint8_t bytes[];
};

typedef struct {
    FragmentKey key;
    Piece *pieces;   /* by offset, equal ones as they came */
    int64_t time_ns; /* of the newest piece */
    uint64_t age;    /* what was begun first has the smallest */
    uint32_t count;  /* of pieces; 0: the row is free */
    uint32_t total;  /* bytes in the packet, with has_end */
    bool has_end;
} OpenPacket;

struct Defragmenter {
    OpenPacket *packets;                   /* FRAGMENT_PACKETS_MAX of them, from the first fragment on */
    uint8_t *complete[DECODE_FRAMES_KEPT]; /* the payloads that frames completed, in turn */
    unsigned newest;                       /* of them */
    uint64_t begun;
    size_t bytes_held;
    DecodeTally tally;
};

Defragmenter *defragmenter_new(void)
{
    return g_new0(Defragmenter, 1);
}

static size_t piece_size(const Piece *piece)
{
    return sizeof *piece + piece->length;
}

static void drop_packet(Defragmenter *defragmenter, OpenPacket *packet)
{
    while (packet->pieces) {
        Piece *piece = packet->pieces;
        packet->pieces = piece->next;
        defragmenter->bytes_held -= piece_size(piece);
        g_free(piece);
    }
    memset(packet, 0, sizeof *packet);
}

void defragmenter_free(Defragmenter *defragmenter)
{
    if (!defragmenter)
        return;
    for (unsigned i = 0; defragmenter->packets && i < FRAGMENT_PACKETS_MAX; i++)
        drop_packet(defragmenter, &defragmenter->packets[i]);
    g_free(defragmenter->packets);
    for (unsigned i = 0; i < DECODE_FRAMES_KEPT; i++)
        g_free(defragmenter->complete[i]);
    g_free(defragmenter);
}

static bool key_equals(const FragmentKey *a, const FragmentKey *b)
{
    return a->id == b->id && a->version == b->version && a->protocol == b->protocol && a->vlan == b->vlan &&
           !memcmp(a->source, b->source, sizeof a->source) &&
           !memcmp(a->destination, b->destination, sizeof a->destination);
}

static bool is_stale(const OpenPacket *packet, int64_t now_ns)
{
    return now_ns != FRAME_TIME_UNKNOWN && packet->time_ns != FRAME_TIME_UNKNOWN &&
           now_ns > packet->time_ns + FRAGMENT_AGE_MAX_NS;
}

/* The oldest packet there is, or NULL. */
static OpenPacket *find_oldest(Defragmenter *defragmenter)
{
    OpenPacket *oldest = NULL;
    for (unsigned i = 0; i < FRAGMENT_PACKETS_MAX; i++) {
        OpenPacket *packet = &defragmenter->packets[i];
        if (packet->count && (!oldest || packet->age < oldest->age))
            oldest = packet;
    }
    return oldest;
}

/* The packet a fragment belongs to, begun where there is none. */
static OpenPacket *find_packet(Defragmenter *defragmenter, const Fragment *fragment)
{
    OpenPacket *empty = NULL;
    for (unsigned i = 0; i < FRAGMENT_PACKETS_MAX; i++) {
        OpenPacket *packet = &defragmenter->packets[i];
        if (packet->count && is_stale(packet, fragment->time_ns)) {
            defragmenter->tally.incomplete++;
            drop_packet(defragmenter, packet);
        }
        if (!packet->count)
            empty = empty ? empty : packet;
        else if (key_equals(&packet->key, &fragment->key))
            return packet;
    }
    if (!empty) {
        empty = find_oldest(defragmenter);
        defragmenter->tally.displaced++;
        drop_packet(defragmenter, empty);
    }
    empty->key = fragment->key;
    empty->age = defragmenter->begun++;
    return empty;
}

static void insert_piece(Defragmenter *defragmenter, OpenPacket *packet, const Fragment *fragment)
{
    Piece *piece = g_malloc(sizeof *piece + fragment->length);
    piece->offset = fragment->offset;
    piece->length = fragment->length;
    memcpy(piece->bytes, fragment->bytes, fragment->length);
    Piece **at = &packet->pieces;
    while (*at && (*at)->offset <= piece->offset)
        at = &(*at)->next;
    piece->next = *at;
    *at = piece;
    packet->count++;
    packet->time_ns = fragment->time_ns;
    defragmenter->bytes_held += piece_size(piece);
    if (fragment->is_last && !packet->has_end) {
        packet->has_end = true;
        packet->total = fragment->offset + fragment->length;
    }
}

static bool is_complete(const OpenPacket *packet)
{
    uint32_t reached = 0;
    for (const Piece *piece = packet->pieces; piece && piece->offset <= reached; piece = piece->next)
        reached = MAX(reached, piece->offset + piece->length);
    return packet->has_end && reached >= packet->total;
}

static void assemble(const OpenPacket *packet, uint8_t *payload)
{
    uint32_t reached = 0;
    for (const Piece *piece = packet->pieces; piece && reached < packet->total; piece = piece->next) {
        uint32_t end = MIN(piece->offset + piece->length, packet->total);
        if (end <= reached)
            continue;
        memcpy(payload + reached, piece->bytes + (reached - piece->offset), end - reached);
        reached = end;
    }
}

bool defragmenter_add(Defragmenter *defragmenter, const Fragment *fragment, Cursor *ret_payload)
{
    if (fragment->offset + fragment->length > FRAGMENT_PACKET_BYTES_MAX) {
        defragmenter->tally.refused++;
        return false;
    }
    if (!defragmenter->packets)
        defragmenter->packets = g_new0(OpenPacket, FRAGMENT_PACKETS_MAX);
    OpenPacket *packet = find_packet(defragmenter, fragment);
    if (packet->count == FRAGMENTS_MAX) {
        defragmenter->tally.refused++;
        return false;
    }
    insert_piece(defragmenter, packet, fragment);
    while (defragmenter->bytes_held > FRAGMENT_BYTES_MAX) {
        defragmenter->tally.displaced++;
        drop_packet(defragmenter, find_oldest(defragmenter)); /* which may be this one */
    }
    if (!is_complete(packet))
        return false;
    if (!fragment->is_nested)
        defragmenter->newest = (defragmenter->newest + 1) % DECODE_FRAMES_KEPT;
    uint8_t **payload = &defragmenter->complete[defragmenter->newest];
    g_free(*payload);
    *payload = g_malloc(packet->total);
    assemble(packet, *payload);
    *ret_payload = cursor_make(*payload, packet->total);
    drop_packet(defragmenter, packet);
    return true;
}

void defragmenter_count_unread(Defragmenter *defragmenter, uint64_t frame, bool is_encrypted)
{
    DecodeTally *tally = &defragmenter->tally;
    uint64_t *count = is_encrypted ? &tally->encrypted_frames : &tally->deep_frames;
    uint64_t *first = is_encrypted ? &tally->first_encrypted_frame : &tally->first_deep_frame;
    if (!(*count)++)
        *first = frame;
}

DecodeTally defragmenter_tally(const Defragmenter *defragmenter)
{
    DecodeTally tally = defragmenter->tally;
    for (unsigned i = 0; defragmenter->packets && i < FRAGMENT_PACKETS_MAX; i++)
        tally.incomplete += defragmenter->packets[i].count > 0;
    return tally;
}
