#include "capture/pcapng-clock.h"

#define TSRESOL_BINARY 0x80
#define NS_DIGITS      9
/* Largest power of ten in 64 bits. Finer ticks than 10^-28 s never make a nanosecond. */
#define DIVISOR_DIGITS_MAX 19

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent--)
        power *= 10;
    return power;
}

PcapngClock pcapng_clock_make(uint8_t tsresol)
{
    unsigned exponent = tsresol & 0x7f;
    PcapngClock clock = {.multiplier = 1, .divisor = 1};
    if (tsresol & TSRESOL_BINARY) {
        clock.multiplier = power_of_ten(NS_DIGITS);
        clock.shift = exponent;
    } else if (exponent <= NS_DIGITS) {
        clock.multiplier = power_of_ten(NS_DIGITS - exponent);
    } else if (exponent - NS_DIGITS <= DIVISOR_DIGITS_MAX) {
        clock.divisor = power_of_ten(exponent - NS_DIGITS);
    } else {
        clock.multiplier = 0;
    }
    return clock;
}
