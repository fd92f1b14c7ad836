/* Which events of a long connection stay, and which become runs. Internal to flow. */
#pragma once

#include "flow/connection.h"
#include "flow/pool.h"

/* Makes room among EVENTS_MAX events, all tracked; returns how many there are then. */
unsigned thin_out(Pool *runs, const Connection *connection, Event *events, unsigned count);
