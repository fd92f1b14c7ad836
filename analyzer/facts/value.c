#include "facts/value.h"

const char *missing_reason_text(MissingReason reason)
{
    switch (reason) {
    case MISSING_NOTHING:
        break;
    case MISSING_HANDSHAKE:
        return "the handshake was not captured";
    case MISSING_CLIENT_SIDE:
        return "nothing the client sent was captured";
    case MISSING_SERVER_SIDE:
        return "nothing the server sent was captured";
    case MISSING_SEGMENTS:
        return "segments of the connection are missing from the capture";
    case MISSING_END:
        return "the capture ends too early";
    case MISSING_BYTES:
        return "the snap length cut the packets too short";
    case MISSING_OTHERS:
        return "no other connection in the capture tells";
    case MISSING_ORDER:
        return "the capture point does not show which came first";
    case MISSING_BOUND:
        return "the connection has more events than closelint keeps";
    }
    return "the capture does not show it";
}

const char *value_type_name(ValueType type)
{
    static const char *const names[] = {"bool",    "int",  "bytes", "duration", "time",  "frame",
                                        "address", "port", "side",  "enum",     "string"};
    return names[type];
}
