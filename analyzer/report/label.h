/* What stands on an arrow of the ladder: one segment in a few words.
 *
 *   SYN, SYN-ACK, ACK, RST            the flags, without PSH; ACK goes without saying beside data and FIN
 *   FIN+ACK                           a FIN that acknowledges the other side's FIN; plain FIN: it does not
 *   RST+ACK                           an RST with ACK flag, the form of an abort; plain RST: without, a reply
 *   512 bytes · FIN, 512 bytes        payload
 *   … (again)                         all of it was sent before
 *   … (captured twice)                the same packet, seen twice, as a mirror port does
 *   RST (ignored)                     the other side went on as if it had not come
 *   keep-alive, window probe          RFC 9293 3.8.4, 3.8.6.1
 *   ACK, window 0                     no room left to receive
 *   ICMP port unreachable             somebody on the way, or the host, about a segment of the other side
 */
#pragma once

#include <glib.h>

#include "endpoint/history.h"

/* Of the row at `index`, which is no run. Appends UTF-8. */
void label_format(GString *out, const History *history, unsigned index);

/* The side to which its arrow points: an ICMP error goes back to the sender of what it quotes. */
Side label_target(const HistoryRow *row);
