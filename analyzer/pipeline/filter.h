/* -f: a capture filter in libpcap's syntax, compiled once for every link type that turns up. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/diagnostic.h"
#include "capture/frame.h"

typedef struct PacketFilter PacketFilter;

/* CLOSELINT_ERROR_USAGE where the text is no filter for Ethernet, with libpcap's words. */
PacketFilter *packet_filter_new(const char *text, GError **error);
void packet_filter_free(PacketFilter *filter);

/* Whether the filter takes the frame. A link type for which it makes no sense ("ether host" on a tunnel)
 * takes nothing. */
bool packet_filter_takes(PacketFilter *filter, const Frame *frame);

/* Says how many frames of this capture could not be asked, and begins to count anew. */
void packet_filter_tell(PacketFilter *filter, DiagnosticList *diagnostics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PacketFilter, packet_filter_free)
