/* IP packets that came in fragments, put together again; internal to decode. */
#pragma once

#include "decode/decode.h"

typedef struct {
    uint8_t source[16], destination[16];
    uint32_t id;      /* of the packet */
    uint16_t vlan;    /* the same numbers may be in use in two of them; 0 for IPv6 */
    uint8_t protocol; /* 0 for IPv6, where it is not part of what identifies a packet */
    uint8_t version;  /* 4 or 6 */
} FragmentKey;

typedef struct {
    FragmentKey key;
    int64_t time_ns; /* or FRAME_TIME_UNKNOWN */
    const uint8_t *bytes;
    uint32_t offset; /* of the bytes in the packet's payload */
    uint32_t length;
    bool is_last;   /* no more fragments */
    bool is_nested; /* `bytes` are themselves from a packet that this frame completed */
} Fragment;

/* Counts a frame that could not be decoded because of its depth, or because it is encrypted. */
void defragmenter_count_unread(Defragmenter *defragmenter, uint64_t frame, bool is_encrypted);

/* What was counted, for decode_tell(). */
typedef struct {
    uint64_t deep_frames, first_deep_frame;
    uint64_t encrypted_frames, first_encrypted_frame;
    uint64_t displaced;  /* packets that gave way to newer ones */
    uint64_t incomplete; /* packets whose other fragments never came */
    uint64_t refused;    /* fragments beyond FRAGMENTS_MAX or the length that a packet can have */
} DecodeTally;

DecodeTally defragmenter_tally(const Defragmenter *defragmenter);

/* Files a fragment. True where it completes its packet: `ret_payload` is then all that follows the IP header
 * and its extensions, borrowed as decode_frame() says, or until a nested packet takes its place. */
bool defragmenter_add(Defragmenter *defragmenter, const Fragment *fragment, Cursor *ret_payload);
