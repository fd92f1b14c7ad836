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

/* Files a fragment. True where it completes its packet: `ret_payload` is then all that follows the IP header
 * and its extensions, borrowed as decode_frame() says, or until a nested packet takes its place. */
bool defragmenter_add(Defragmenter *defragmenter, const Fragment *fragment, Cursor *ret_payload);
