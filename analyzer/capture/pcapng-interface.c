/* Interface description and interface statistics blocks (draft-ietf-opsawg-pcapng 4.2 and 4.6). */
#include <inttypes.h>

#include "base/bounds.h"
#include "capture/pcapng.h"

#define OPTION_IF_NAME        2
#define OPTION_IF_DESCRIPTION 3
#define OPTION_IF_TSRESOL     9
#define OPTION_IF_TSOFFSET    14
#define OPTION_ISB_IFDROP     5
#define OPTION_ISB_OSDROP     7

/* Interface description: link type, 16 bits unused, snap length, options. */

/* As much as is kept of it, which may end within a character. */
static void pcapng_set_string(char **member, const PcapngOption *option)
{
    g_free(*member);
    g_autofree char *text =
        g_strndup((const char *)option->value, MIN(option->length, INTERFACE_NAME_MAX_BYTES));
    *member = g_utf8_make_valid(text, -1);
}

/* Whether an option has the only length it may have. The times of a whole interface hang on it, so it is
 * said. */
static bool pcapng_check_length(CaptureReader *reader, const PcapngBlock *block, const PcapngOption *option,
                                const char *name, unsigned expected)
{
    if (option->length == expected)
        return true;
    diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_WARNING, block->offset, 0,
                        "expected a length of %u for the option %s, found %u: it was ignored", expected, name,
                        option->length);
    return false;
}

PcapngResult pcapng_read_interface(CaptureReader *reader, const PcapngBlock *block)
{
    bool big_endian = reader->pcapng.big_endian;
    if (reader->interfaces->len == PCAPNG_INTERFACES_MAX) {
        pcapng_damage(reader, block, "expected at most %d interfaces, found more", PCAPNG_INTERFACES_MAX);
        return PCAPNG_STOP;
    }
    PcapngInterface interface = {.clock = pcapng_clock_make(6), .index = reader->interfaces->len};
    interface.shown = capture_reader_add_interface(reader, read16(block->body, big_endian),
                                                   read32(block->body + 4, big_endian));
    interface.shown->offset = block->offset;
    PcapngOptions options = pcapng_options_make(reader, block, PCAPNG_IDB_BODY_BYTES);
    PcapngOption option;
    int64_t offset_s = 0;
    while (pcapng_options_next(&options, &option)) {
        if (option.code == OPTION_IF_NAME)
            pcapng_set_string(&interface.shown->name, &option);
        else if (option.code == OPTION_IF_DESCRIPTION)
            pcapng_set_string(&interface.shown->description, &option);
        else if (option.code == OPTION_IF_TSRESOL &&
                 pcapng_check_length(reader, block, &option, "if_tsresol", 1))
            interface.clock = pcapng_clock_make(option.value[0]);
        else if (option.code == OPTION_IF_TSOFFSET &&
                 pcapng_check_length(reader, block, &option, "if_tsoffset", 8))
            offset_s = (int64_t)read64(option.value, big_endian);
    }
    interface.clock.offset_s = offset_s;
    pcapng_options_check(reader, &options, block);
    g_array_append_val(reader->pcapng.interfaces, interface);
    return PCAPNG_NO_FRAME;
}

/* Interface statistics: interface, time, options. Its counters count from the start of the capture. */

PcapngResult pcapng_read_statistics(CaptureReader *reader, const PcapngBlock *block)
{
    bool big_endian = reader->pcapng.big_endian;
    uint32_t id = read32(block->body, big_endian);
    PcapngInterface *interface = pcapng_interface(reader, id);
    if (!interface) {
        if (capture_reader_first(reader, CAPTURE_SAID_STATISTICS))
            diagnostic_list_add(
                reader->diagnostics, DIAGNOSTIC_WARNING, block->offset, 0,
                "statistics of interface %" PRIu32 ", which the section does not describe, were ignored", id);
        return PCAPNG_NO_FRAME;
    }
    PcapngOptions options = pcapng_options_make(reader, block, PCAPNG_ISB_BODY_BYTES);
    PcapngOption option;
    uint64_t dropped = 0;
    bool known = false;
    while (pcapng_options_next(&options, &option)) {
        if ((option.code == OPTION_ISB_IFDROP || option.code == OPTION_ISB_OSDROP) && option.length >= 8) {
            dropped += read64(option.value, big_endian);
            known = true;
        }
    }
    pcapng_options_check(reader, &options, block);
    if (known) {
        interface->has_statistics = true;
        interface->shown->dropped = dropped;
        interface->shown->drops_known = true;
    }
    return PCAPNG_NO_FRAME;
}

void pcapng_interface_add_drops(PcapngInterface *interface, uint64_t dropped)
{
    if (interface->has_statistics)
        return;
    interface->shown->dropped += dropped;
    interface->shown->drops_known = true;
}
