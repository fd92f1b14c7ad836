/* The pcapng format: sections, interfaces, clocks, the three packet blocks, statistics, and damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample.h"

/* A section header of 28 bytes, and interfaces of 20: little endian, no options. */
#define SHB          "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 ; version 1.0\n"
#define IDB          "01000000 14000000 0100 0000 00000000 14000000 ; Ethernet, no snap length\n"
#define IDB_SNAPLEN2 "01000000 14000000 0100 0000 02000000 14000000 ; Ethernet, snap length 2\n"
/* An interface whose only option is if_tsresol. */
#define IDB_TSRESOL(value)                                                                                   \
    "01000000 20000000 0100 0000 00000000 0900 0100 " value "000000 0000 0000 20000000 ; if_tsresol\n"

/* A packet of 36 bytes on `interface`, with one byte `ee` of two. */
#define EPB(interface, high, low)                                                                            \
    "06000000 24000000 " interface high low "01000000 02000000 ee000000 24000000 ; 1 of 2 bytes\n"
#define EPB_1S EPB("00000000", "00000000", "40420f00")
#define FRAME_1S(number, interface, offset)                                                                  \
    "frame " number " at 1.000000000, 1 of 2 bytes, interface " interface ", link type 1, offset " offset    \
    ": ee\n"
#define ETHERNET(frames) "interface 0: link type 1, snap length 0, " frames " frames\n"

typedef struct {
    const char *name;
    const char *hex;
    const char *expected;
} Sample;

static const Sample sections[] = {
    {"one packet", SHB IDB EPB_1S, "pcapng\n" FRAME_1S("1", "0", "48") ETHERNET("1")},

    {"a section and nothing else", SHB, "pcapng\n"},

    {"big endian, version 1.2",
     "0a0d0d0a 0000001c 1a2b3c4d 0001 0002 ffffffffffffffff 0000001c ; section\n"
     "00000001 00000014 0071 0000 00000000 00000014 ; Linux cooked\n"
     "00000006 00000024 00000000 00000000 000f4241 00000001 00000001 ee000000 00000024 ; at 1.000001 s\n",
     "pcapng\n"
     "frame 1 at 1.000001000, 1 of 1 bytes, interface 0, link type 113, offset 48: ee\n"
     "interface 0: link type 113, snap length 0, 1 frames\n"},

    {"two sections, the second in the other byte order: interfaces are numbered on",
     SHB IDB EPB_1S
     "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c ; section\n"
     "00000001 00000014 0065 0000 00000000 00000014 ; raw IP (101)\n"
     "00000006 00000024 00000000 00000000 000f4241 00000001 00000001 ee000000 00000024 ; interface 0\n",
     "pcapng\n" FRAME_1S("1", "0", "48") "frame 2 at 1.000001000, 1 of 1 bytes, interface 1, link type 101, "
                                         "offset 132: ee\n" ETHERNET(
                                             "1") "interface 1: link type 101, snap length 0, 1 frames\n"},

    {"a section of a version nobody knows",
     SHB IDB EPB_1S "0a0d0d0a 1c000000 4d3c2b1a 0200 0000 ffffffffffffffff 1c000000 ; 2.0\n",
     "pcapng\n" FRAME_1S("1", "0", "48")
         ETHERNET("1") "error at 84: expected version 1.0 or 1.2 of the pcapng format, found 2.0\n"},

    {"the first section of such a version",
     "0a0d0d0a 1c000000 4d3c2b1a 0100 0100 ffffffffffffffff 1c000000 ; 1.1\n",
     "error: byte 0: expected version 1.0 or 1.2 of the pcapng format, found 1.1\n"},

    {"a section without its byte-order magic",
     "0a0d0d0a 1c000000 4d3c2b1b 0100 0000 ffffffffffffffff 1c000000\n",
     "error: byte 0: damaged block: expected the byte-order magic 1a2b3c4d, found 4d3c2b1b; "
     "nothing from here on can be read\n"},
};

static const Sample interfaces[] = {
    {"names, link types, snap lengths; a frame counts for its own",
     SHB
     "01000000 2c000000 0100 0000 00000400 ; Ethernet, snap length 262144\n"
     "         0200 0400 65746830 0300 0500 75706c696e000000 0000 0000 ; eth0, \"uplin\", end of options\n"
     "         2c000000\n"
     "01000000 14000000 6500 0000 02000000 14000000 ; raw IP, snap length 2\n" EPB(
         "01000000", "00000000", "40420f00") EPB_1S EPB("01000000", "00000000", "40420f00"),
     "pcapng\n"
     "frame 1 at 1.000000000, 1 of 2 bytes, interface 1, link type 101, offset 92: ee\n" FRAME_1S(
         "2", "0", "128") "frame 3 at 1.000000000, 1 of 2 bytes, interface 1, link type 101, offset 164: ee\n"
                          "interface 0: eth0, \"uplin\", link type 1, snap length 262144, 1 frames\n"
                          "interface 1: link type 101, snap length 2, 2 frames\n"},

    {"a name that is no UTF-8, twice: the last one counts",
     SHB "01000000 28000000 0100 0000 00000000 0200 0100 61000000 0200 0200 62ff0000 0000 0000 28000000\n",
     "pcapng\n"
     "interface 0: b\xef\xbf\xbd, link type 1, snap length 0, 0 frames\n"},

    {"an option longer than its block: the ones before it count",
     SHB "01000000 24000000 0100 0000 00000000 0200 0100 61000000 0300 0500 62626262 24000000\n",
     "pcapng\n"
     "interface 0: a, link type 1, snap length 0, 0 frames\n"
     "warning at 28: an option claims more bytes than its block (type 1) has: the block's further options "
     "were "
     "ignored\n"},

    {"statistics: drops of interface and system are added, the last block counts",
     SHB IDB "05000000 30000000 00000000 00000000 00000000 0500 0800 0100000000000000 0700 0800 "
             "0200000000000000 30000000\n"
             "05000000 30000000 00000000 00000000 00000000 0500 0800 0300000000000000 0700 0800 "
             "0400000000000000 30000000\n",
     "pcapng\n"
     "interface 0: link type 1, snap length 0, 0 frames, 7 dropped\n"},

    {"statistics without counters, and of an interface nobody described",
     SHB IDB "05000000 18000000 00000000 00000000 00000000 18000000\n"
             "05000000 18000000 01000000 00000000 00000000 18000000\n",
     "pcapng\n" ETHERNET("0") "warning at 72: statistics of interface 1, which the section does not "
                              "describe, were ignored\n"},

    {"drops told by packets",
     SHB IDB "06000000 34000000 00000000 00000000 40420f00 01000000 02000000 ee000000\n"
             "         0400 0800 0500000000000000 0000 0000 34000000 ; epb_dropcount 5\n",
     "pcapng\n" FRAME_1S("1", "0", "48") "interface 0: link type 1, snap length 0, 1 frames, 5 dropped\n"},
};

#define AT(time)                                                                                             \
    "pcapng\nframe 1 at " time ", 1 of 2 bytes, interface 0, link type 1, offset 60: ee\n" ETHERNET("1")

static const Sample clocks[] = {
    {"10^-6", SHB IDB_TSRESOL("06") EPB("00000000", "a0080600", "15cd5b07"), AT("1698333271.510293000")},
    {"10^-9", SHB IDB_TSRESOL("09") EPB("00000000", "15cd8b17", "15cd5b07"), AT("1696675174.836587797")},
    {"10^0", SHB IDB_TSRESOL("00") EPB("00000000", "00000000", "00000065"), AT("1694498816.000000000")},
    {"10^-3", SHB IDB_TSRESOL("03") EPB("00000000", "8a010000", "01000000"), AT("1692217114.625000000")},
    {"10^-12: rounded down", SHB IDB_TSRESOL("0c") EPB("00000000", "ffffffff", "ffffffff"),
     AT("18446744.073709551")},
    {"10^-19", SHB IDB_TSRESOL("13") EPB("00000000", "ffffffff", "ffffffff"), AT("1.844674407")},
    {"10^-28", SHB IDB_TSRESOL("1c") EPB("00000000", "ffffffff", "ffffffff"), AT("0.000000001")},
    {"10^-127", SHB IDB_TSRESOL("7f") EPB("00000000", "ffffffff", "ffffffff"), AT("0.000000000")},
    {"2^0", SHB IDB_TSRESOL("80") EPB("00000000", "00000000", "00000065"), AT("1694498816.000000000")},
    {"2^-10", SHB IDB_TSRESOL("8a") EPB("00000000", "00000000", "01040000"), AT("1.000976562")},
    {"2^-32, of NTP", SHB IDB_TSRESOL("a0") EPB("00000000", "00000065", "00000080"),
     AT("1694498816.500000000")},
    {"2^-63", SHB IDB_TSRESOL("bf") EPB("00000000", "ffffffff", "ffffffff"), AT("1.999999999")},
    {"2^-127", SHB IDB_TSRESOL("ff") EPB("00000000", "ffffffff", "ffffffff"), AT("0.000000000")},
    {"the last nanosecond that 64 bits hold", SHB IDB_TSRESOL("09") EPB("00000000", "ffffff7f", "ffffffff"),
     AT("9223372036.854775807")},
    {"one more", SHB IDB_TSRESOL("09") EPB("00000000", "00000080", "00000000"),
     AT("?") "note at 60: the time of frame 1 lies before 1677 or after 2262: its time is taken as "
             "unknown\n"},
    {"seconds as large as 64 bits", SHB IDB_TSRESOL("00") EPB("00000000", "ffffffff", "ffffffff"),
     AT("?") "note at 60: the time of frame 1 lies before 1677 or after 2262: its time is taken as "
             "unknown\n"},
    {"an offset of -2 s",
     SHB "01000000 24000000 0100 0000 00000000 0e00 0800 feffffffffffffff 0000 0000 24000000\n" EPB_1S,
     "pcapng\nframe 1 at -1.000000000, 1 of 2 bytes, interface 0, link type 1, offset 64: ee\n" ETHERNET(
         "1")},
};

static const Sample packets[] = {
    {"simple packets: no time, cut at the snap length",
     SHB IDB_SNAPLEN2 "03000000 14000000 05000000 eeff0000 14000000 ; 2 of 5 bytes\n",
     "pcapng\n"
     "frame 1 at ?, 2 of 5 bytes, interface 0, link type 1, offset 48: eeff\n"
     "interface 0: link type 1, snap length 2, 1 frames\n"},

    {"a simple packet larger than its block: cut there",
     SHB IDB "03000000 14000000 05000000 eeff0000 14000000\n",
     "pcapng\n"
     "frame 1 at ?, 4 of 5 bytes, interface 0, link type 1, offset 48: eeff0000\n" ETHERNET(
         "1") "warning at 48: frame 1 should have 5 bytes, but its block has only 4: taken as cut there\n"},

    {"obsolete packets, with their drops; ffff is unknown",
     SHB IDB "02000000 24000000 0000 0300 00000000 40420f00 01000000 02000000 ee000000 24000000\n"
             "02000000 24000000 0000 ffff 00000000 40420f00 01000000 02000000 ee000000 24000000\n"
             "02000000 24000000 0000 0200 00000000 40420f00 01000000 02000000 ee000000 24000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48") FRAME_1S("2", "0", "84")
         FRAME_1S("3", "0", "120") "interface 0: link type 1, snap length 0, 3 frames, 5 dropped\n"},

    {"an empty packet, and more captured than there was",
     SHB IDB "06000000 20000000 00000000 00000000 40420f00 00000000 02000000 20000000\n"
             "06000000 24000000 00000000 00000000 40420f00 02000000 01000000 eeff0000 24000000\n",
     "pcapng\n"
     "frame 1 at 1.000000000, 0 of 2 bytes, interface 0, link type 1, offset 48: \n"
     "frame 2 at 1.000000000, 2 of 1 bytes, interface 0, link type 1, offset 80: eeff\n" ETHERNET(
         "2") "note at 80: frame 2 has a captured length of 2, more than its original length of 1\n"},

    {"blocks that are no packets: skipped; custom and journal blocks have a number",
     SHB IDB EPB_1S "04000000 10000000 0000 0000 10000000 ; names\n"
                    "0a000000 18000000 4b534c54 04000000 61626364 18000000 ; secrets\n"
                    "77770000 0c000000 0c000000 ; nobody knows\n"
                    "ad0b0000 14000000 d2040000 00000000 14000000 ; custom: Wireshark's frame 2\n" EPB_1S,
     "pcapng\n" FRAME_1S("1", "0", "48") FRAME_1S("3", "0", "156") ETHERNET("2")},

    {"a length that is no multiple of four: rounded up",
     SHB IDB "77770000 0f000000 aabbcc00 0f000000\n"
             "06000000 21000000 00000000 00000000 40420f00 01000000 02000000 ee000000 21000000\n" EPB_1S,
     "pcapng\n" FRAME_1S("1", "0", "64") FRAME_1S("2", "0", "100") ETHERNET("2")},
};

static const Sample damages[] = {
    {"one byte too many at the end", SHB IDB EPB_1S "00",
     "pcapng\n" FRAME_1S("1", "0", "48") ETHERNET(
         "1") "note at 84: the capture is cut short: the block after frame 1 needs 12 bytes, found 1\n"},

    {"cut inside a packet", SHB IDB EPB_1S "06000000 24000000 00000000 00000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48") ETHERNET(
         "1") "note at 84: the capture is cut short: the block after frame 1 needs 36 bytes, found 16\n"},

    {"cut inside a block that is skipped", SHB IDB EPB_1S "77770000 ffff0000 00000000 00000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48") ETHERNET("1") "note at 84: the capture is cut short: the block "
                                                       "after frame 1 needs 65536 bytes, found 16\n"},

    {"an unknown block of 4 GB", SHB IDB EPB_1S "77770000 ffffffff 00000000 00000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48") ETHERNET(
         "1") "error at 84: damaged block: expected a length of 12 to 134217728 bytes for type 30583, "
              "found 4294967295; nothing from here on can be read\n"},

    {"a clock of the wrong length, an option longer than the section header",
     "0a0d0d0a 20000000 4d3c2b1a 0100 0000 ffffffffffffffff 0200 6400 20000000\n"
     "01000000 1c000000 0100 0000 00000000 0900 0200 09090000 1c000000\n" EPB_1S,
     "pcapng\n" FRAME_1S("1", "0", "60") ETHERNET(
         "1") "warning at 0: an option claims more bytes than its block (type 168627466) has: the block's "
              "further "
              "options were ignored\n"
              "warning at 32: expected a length of 1 for the option if_tsresol, found 2: it was ignored\n"},

    {"lengths that disagree", SHB IDB EPB_1S "77770000 0c000000 10000000\n" EPB_1S,
     "pcapng\n" FRAME_1S("1", "0", "48")
         ETHERNET("1") "error at 84: damaged block: expected its length of 12 bytes again at its end, found "
                       "16; nothing from here on "
                       "can be read\n"},

    {"too short for its type", SHB IDB EPB_1S "06000000 0c000000 0c000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48")
         ETHERNET("1") "error at 84: damaged block: expected a length of 32 "
                       "to 134217728 bytes for type 6, found 12; nothing from "
                       "here on can be read\n"},

    {"a packet block of 4 GB", SHB IDB EPB_1S "06000000 fcffffff 00000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48")
         ETHERNET("1") "error at 84: damaged block: expected a length of 32 "
                       "to 134217728 bytes for type 6, found 4294967292; nothing from "
                       "here on can be read\n"},

    {"a packet of an interface nobody described: left out, but numbered",
     SHB IDB EPB("01000000", "00000000", "40420f00") EPB_1S,
     "pcapng\n" FRAME_1S("2", "0", "84")
         ETHERNET("1") "error at 48: damaged block: frame 1 belongs to interface 1, but the section "
                       "describes 1 so far; such packets "
                       "were left out\n"},

    {"an interface of the section before does not count", SHB IDB EPB_1S SHB EPB_1S,
     "pcapng\n" FRAME_1S("1", "0", "48")
         ETHERNET("1") "error at 112: damaged block: frame 2 belongs to interface 0, but the section "
                       "describes 0 so far; such packets "
                       "were left out\n"},

    {"a packet larger than its block",
     SHB IDB "06000000 24000000 00000000 00000000 40420f00 05000000 05000000 ee000000 24000000\n" EPB_1S,
     "pcapng\n" FRAME_1S("2", "0", "84")
         ETHERNET("1") "error at 48: damaged block: frame 1 claims 5 bytes, but the block has room for 4; "
                       "such packets were left "
                       "out\n"},

    {"a packet's option longer than its block: the packet is good",
     SHB IDB "06000000 28000000 00000000 00000000 40420f00 01000000 02000000 ee000000 0100 ff00 28000000\n",
     "pcapng\n" FRAME_1S("1", "0", "48") ETHERNET("1") "warning at 48: an option claims more bytes than its "
                                                       "block (type 6) has: the block's further options were "
                                                       "ignored\n"},
};

static void check(const Sample *samples, guint count)
{
    for (guint i = 0; i < count; i++)
        sample_check(samples[i].name, samples[i].hex, samples[i].expected);
}

static void test_sections(void **state)
{
    (void)state;
    check(sections, G_N_ELEMENTS(sections));
}

static void test_interfaces(void **state)
{
    (void)state;
    check(interfaces, G_N_ELEMENTS(interfaces));
}

static void test_clocks(void **state)
{
    (void)state;
    check(clocks, G_N_ELEMENTS(clocks));
}

static void test_packets(void **state)
{
    (void)state;
    check(packets, G_N_ELEMENTS(packets));
}

static void test_damages(void **state)
{
    (void)state;
    check(damages, G_N_ELEMENTS(damages));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections), cmocka_unit_test(test_interfaces), cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_packets),  cmocka_unit_test(test_damages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
