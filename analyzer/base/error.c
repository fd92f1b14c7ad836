#include "base/error.h"

G_DEFINE_QUARK(closelint - error - quark, closelint_error)
