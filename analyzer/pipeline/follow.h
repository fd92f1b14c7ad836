/* --follow: the bytes of one direction of one connection, to standard output. */
#pragma once

#include "pipeline/filter.h"
#include "pipeline/options.h"

/* Reads the capture once, so that a pipe will do. *ret_found: it has that stream. False with
 * CLOSELINT_ERROR_INPUT where it cannot be opened or not be read to its end; what was read has been written.
 */
bool follow_print(const char *path, PacketFilter *filter, uint32_t stream, Side side, bool *ret_found,
                  GError **error);
