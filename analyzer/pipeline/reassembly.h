/* Puts the bytes of one direction back in order, as Wireshark 4.0's "follow stream" does.
 *
 * What was sent first wins, whatever a retransmission says. Bytes that came early wait until those before
 * them come, or until the other side acknowledges some beyond them: then these are missing from the capture,
 * and
 * "[123 bytes missing in capture file]" with a closing NUL stands for them, as tshark writes it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"

typedef struct Reassembly Reassembly;

/* Takes the bytes in order; `context` is the caller's. */
typedef void ReassemblyTake(const uint8_t *bytes, size_t length, void *context);

Reassembly *reassembly_new(ReassemblyTake *take, void *context);
void reassembly_free(Reassembly *reassembly);

/* A segment of this direction: `length` on the wire, `captured` bytes of it at `bytes`. Numbers are relative
 * to the ISN, as Wireshark's are: where a SYN-ACK starts them anew, what repeats old ones is taken for old.
 */
void reassembly_add(Reassembly *reassembly, uint32_t seq, bool is_syn, uint32_t length, const uint8_t *bytes,
                    uint32_t captured);

/* An acknowledgement of this direction, from a segment of the other. */
void reassembly_acknowledge(Reassembly *reassembly, uint32_t ack);
