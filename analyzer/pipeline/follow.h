/* --follow: the bytes of one direction of one connection. */
#pragma once

#include "capture/source.h"
#include "pipeline/filter.h"
#include "pipeline/options.h"
#include "report/sink.h"

/* Reads the source once, so that a pipe will do; `name` is what messages call it. *ret_found: it has that
 * stream. False with CLOSELINT_ERROR_INPUT where it cannot be read to its end, and what was read has been
 * written; with CLOSELINT_ERROR_USAGE where a temporary file is needed and cannot be written. Ends early where
 * `out` is broken. */
bool follow_write(Sink *out, FrameSource *source, const char *name, PacketFilter *filter, uint32_t stream, Side side,
                  bool *ret_found, GError **error);
