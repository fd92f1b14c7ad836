/* Asks for a cache line that will be needed soon. Without the empty asm gcc 12 takes a function that does
 * nothing else for one without any effect, and leaves out the calls. */
#pragma once

#define prefetch(address)                                                                                    \
    do {                                                                                                     \
        __builtin_prefetch((address));                                                                       \
        __asm__ volatile("");                                                                                \
    } while (0)
