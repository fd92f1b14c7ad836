/* What happens where there is no memory left: a message, and a documented exit status. */
#pragma once

#include <glib.h>

/* What could not be read for want of memory is an input that could not be read: STATUS_INPUT. Files that are not
 * finished are removed. Allocates nothing. */
void memory_exhausted(void) G_GNUC_NORETURN;

/* From here on GLib's and closelint's own allocations end in memory_exhausted(), as malloc() does where
 * memory-malloc.c is linked. */
void memory_watch(void);
