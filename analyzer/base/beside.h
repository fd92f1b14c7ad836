/* A thread beside the one that makes it, for work that is worth a second processor.
 *
 * The scheduler begins a thread, as a rule, on the processor that made it, where one of the two then waits
 * until it is moved, while another processor idles: 0.5 to 4 ms on Linux 6.18, of the 60 that half a million
 * packets take. So this one is made for the others, and may go anywhere as soon as it runs. */
#pragma once

#include <stdbool.h>

typedef struct Beside Beside;

/* Whether there is a second processor that this process may run on: in a container or under taskset there may
 * be fewer than the machine has. True where that cannot be told. */
bool beside_is_possible(void);

/* Calls `function` with `data` in a thread called `name`, 15 bytes at most. NULL where no thread can be made
 * (a limit on processes, or on memory): the caller does the work himself. */
Beside *beside_begin(const char *name, void (*function)(void *data), void *data);

/* Waits for the function to return. */
void beside_end(Beside *beside);
