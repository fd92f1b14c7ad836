/* The value of a fact: typed, and one of known, unknown or absent.
 *
 * Unknown: the capture does not show it (it starts late, has a gap, ends early). Comparing it is unknown.
 * Absent: the capture shows that there is no such thing (the time of an RST in a connection without one).
 * Comparing it is false, as a display filter on a field that a packet does not have. known() is false of
 * both. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/tcp-state.h"

typedef enum {
    VALUE_BOOL,
    VALUE_INT,
    VALUE_BYTES,    /* a number of bytes */
    VALUE_DURATION, /* nanoseconds */
    VALUE_TIME,     /* nanoseconds since the epoch */
    VALUE_FRAME,    /* a frame number */
    VALUE_ADDRESS,
    VALUE_PORT,
    VALUE_SIDE,
    VALUE_ENUM,   /* an index into the names of its row */
    VALUE_STRING, /* borrowed; lives as long as the facts it came from */
} ValueType;

typedef enum {
    VALUE_KNOWN,
    VALUE_UNKNOWN,
    VALUE_ABSENT,
} ValuePresence;

/* Why a value is unknown, for the sentence that says what is missing. */
typedef enum {
    MISSING_NOTHING,
    MISSING_HANDSHAKE,   /* the capture starts after the handshake, or lost it */
    MISSING_CLIENT_SIDE, /* nothing the client sent was captured */
    MISSING_SERVER_SIDE, /* nothing the server sent was captured */
    MISSING_SEGMENTS,    /* segments of the connection are missing from the capture */
    MISSING_END,         /* the capture ends before it could be seen */
    MISSING_BYTES,       /* the snap length cut it off */
    MISSING_OTHERS,      /* no other connection of the capture tells */
    MISSING_ORDER,       /* the capture point does not show which came first */
    MISSING_BOUND,       /* closelint keeps only so much of a connection */
} MissingReason;

typedef struct {
    ValueType type;
    ValuePresence presence;
    MissingReason missing; /* where presence is VALUE_UNKNOWN */
    uint64_t frame;        /* the frame that proves it, 0 for none */
    union {
        int64_t boolean; /* 0 or 1: as wide as a number, so that both are tested alike */
        int64_t number;  /* INT, BYTES, DURATION, TIME, FRAME, PORT, ENUM (index), SIDE */
        const char *string;
        Address address;
    } as;
} Value;

/* "the capture starts after the handshake": half a sentence. */
const char *missing_reason_text(MissingReason reason);
const char *value_type_name(ValueType type);
