/* --follow: the bytes of one direction of one connection, to standard output. */
#pragma once

#include "capture/source.h"
#include "pipeline/filter.h"
#include "pipeline/options.h"

/* Reads the source once, so that a pipe will do; `name` is what messages call it. *ret_found: it has that
 * stream. False with CLOSELINT_ERROR_INPUT where it cannot be read to its end; what was read has been
 * written. */
bool follow_print(FrameSource *source, const char *name, PacketFilter *filter, uint32_t stream, Side side,
                  bool *ret_found, GError **error);
