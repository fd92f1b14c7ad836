/* The options at the end of a pcapng block: code and length, 16 bits each, the value padded to 32 bits, until
 * opt_endofopt or the end of the block (draft-ietf-opsawg-pcapng 3.5). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/bytes.h"

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    bool big_endian;
    bool broken; /* an option claims more bytes than its block has */
} PcapngOptions;

typedef struct {
    uint16_t code;
    uint16_t length;
    const uint8_t *value;
} PcapngOption;

#define PCAPNG_OPTION_END 0

/* The next option; false at the end, with `broken` where the end came too early. */
static inline bool pcapng_options_next(PcapngOptions *options, PcapngOption *ret_option)
{
    size_t left = (size_t)(options->end - options->at);
    if (left < 4) {
        options->broken |= left > 0;
        return false;
    }
    uint16_t code = read16(options->at, options->big_endian);
    uint16_t length = read16(options->at + 2, options->big_endian);
    if (code == PCAPNG_OPTION_END)
        return false;
    size_t padded = ((size_t)length + 3) & ~(size_t)3;
    if (padded > left - 4) {
        options->broken = true;
        return false;
    }
    *ret_option = (PcapngOption){code, length, options->at + 4};
    options->at += 4 + padded;
    return true;
}
