/* The error domain of everything that cannot go on: an input, a rule file or a command line. Odd bytes inside
 * a capture are never errors; they are diagnostics (diagnostic.h) or problem bits of a segment. */
#pragma once

#include <glib.h>

#define CLOSELINT_ERROR (closelint_error_quark())

typedef enum {
    CLOSELINT_ERROR_INPUT, /* a capture that cannot be read: exit status 3 */
    CLOSELINT_ERROR_RULES, /* a rule file or an expression with a mistake: exit status 2 */
    CLOSELINT_ERROR_USAGE, /* a command line with a mistake: exit status 2 */
} CloselintErrorCode;

GQuark closelint_error_quark(void);
