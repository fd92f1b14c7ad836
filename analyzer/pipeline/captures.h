/* Which captures are meant: a folder on the command line stands for all captures below it. */
#pragma once

#include <glib.h>

/* The captures of a NULL-terminated list, in its order, each folder replaced by the files below it whose name
 * is that of a capture (captures_is_name()), in order of name. Symbolic links to folders are not followed,
 * and what cannot be read is left out: both are told in `messages` (char*, one line each, owned by the
 * array). A folder without any capture, and what is no folder, stays as it is: reading it will say what is
 * wrong. Caller frees. */
char **captures_expand(char *const *given, GPtrArray *messages);

/* trace.pcap, ring.pcap00001, a.pcapng.gz: pcap, pcapng, cap and snoop, numbered or not, plain or compressed.
 */
gboolean captures_is_name(const char *name);
