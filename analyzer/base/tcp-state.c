#include "base/tcp-state.h"

const char *tcp_state_name(TcpState state)
{
    static const char *const names[] = {"UNKNOWN",      "CLOSED",      "LISTEN",     "SYN_SENT",
                                        "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
                                        "CLOSE_WAIT",   "CLOSING",     "LAST_ACK",   "TIME_WAIT"};
    return names[state];
}
