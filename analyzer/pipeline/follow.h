/* --follow: the bytes of one direction of one connection. */
#pragma once

#include "capture/source.h"
#include "pipeline/filter.h"
#include "pipeline/options.h"
#include "report/sink.h"

/* Of the stream and the side that the options name. Reads the source once, so that a pipe will do; `name` is
 * what messages call it. *ret_found: it has that stream. False with CLOSELINT_ERROR_INPUT where it cannot be
 * read to its end, and what was read has been written; with CLOSELINT_ERROR_USAGE where a temporary file is
 * needed and cannot be written. Ends early where `out` is broken. */
bool follow_write(Sink *out, const Options *options, FrameSource *source, const char *name,
                  PacketFilter *filter, bool *ret_found, GError **error);
