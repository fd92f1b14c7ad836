/* Connections that end in all the ways there are, with as much on them as a test wants. */
#pragma once

#include "wire.h"

/* How much: segments that the peer sends before the close and that the closer acknowledges; that are under
 * way when the end begins; and that it sends after the first FIN or RST. */
typedef struct {
    unsigned before, flight, after;
    uint32_t segment_bytes;
    bool is_upload;  /* what is sent before comes from the closer, not from its peer */
    bool trip_known; /* else the SYN is repeated, so that nothing says which one was answered */
} Volume;

typedef struct {
    const char *name;
    void (*play)(Wire *wire, const Volume *volume);
    bool has_flight, has_after; /* whether it makes a difference */
} Teardown;

extern const Teardown teardowns[];
extern const unsigned teardown_count;
