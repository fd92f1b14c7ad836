/* The snoop format: what the reader must make of files written down byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample.h"

#define HEADER "736e6f6f70000000 00000002 00000004 ; snoop, version 2, Ethernet\n"

#define INTERFACE(frames) "interface 0: link type 1, snap length 0, " frames " frames, 0 dropped\n"

static const struct {
    const char *name;
    const char *hex;
    const char *expected;
} samples[] = {
    {"two frames, the first with padding",
     HEADER "0000003c 00000003 0000001c 00000000 00000001 00000002 aabbcc 00 ; 1.000002 s, 3 of 60 bytes\n"
            "0000003c 00000000 00000018 00000000 00000001 000f423f ; 1.999999 s, none of 60 bytes\n",
     "snoop\n"
     "frame 1 at 1.000002000, 3 of 60 bytes, interface 0, link type 1, offset 16: aabbcc\n"
     "frame 2 at 1.999999000, 0 of 60 bytes, interface 0, link type 1, offset 44: \n" INTERFACE("2")},

    {"no frames", HEADER, "snoop\n" INTERFACE("0")},

    {"token ring",
     "736e6f6f70000000 00000002 00000002 ; 802.5\n"
     "00000001 00000001 0000001c 00000007 00000001 00000000 ee 000000 ; 7 were dropped before it\n",
     "snoop\n"
     "frame 1 at 1.000000000, 1 of 1 bytes, interface 0, link type 6, offset 16: ee\n"
     "interface 0: link type 6, snap length 0, 1 frames, 7 dropped\n"},

    {"the last padding is missing", HEADER "00000001 00000001 0000001c 00000000 00000001 00000000 ee\n",
     "snoop\n"
     "frame 1 at 1.000000000, 1 of 1 bytes, interface 0, link type 1, offset 16: ee\n" INTERFACE("1")},

    {"cut in a packet", HEADER "00000004 00000004 0000001c 00000000 00000001 00000000 eeee\n",
     "snoop\n" INTERFACE(
         "0") "note at 16: the capture is cut short: the record after frame 0 needs 28 bytes, found 26\n"},

    {"more packet than record", HEADER "00000004 00000004 00000018 00000000 00000001 00000000 eeeeeeee\n",
     "snoop\n" INTERFACE(
         "0") "error at 16: the record of frame 1 is damaged: 4 bytes of packet in a record of 24; "
              "nothing from here on can be read\n"},

    {"a length that nobody has", HEADER "ffffffff fffffff0 ffffffff 00000000 00000001 00000000\n",
     "snoop\n" INTERFACE(
         "0") "error at 16: the record of frame 1 is damaged: 4294967280 bytes of packet in a record of "
              "4294967295; nothing from here on can be read\n"},

    {"cut in the file header", "736e6f6f70000000 00000002\n",
     "error: byte 12: expected a snoop file header of 16 bytes, but the file ends\n"},

    {"another version", "736e6f6f70000000 00000003 00000004\n",
     "error: byte 8: expected version 2 of the snoop format, found 3\n"},

    {"a datalink type that pcap does not have", "736e6f6f70000000 00000002 00000007\n",
     "error: byte 12: datalink type 7 of the snoop format is not known here; 'editcap -F pcap IN OUT' may "
     "convert it\n"},
};

static void test_samples(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
        sample_check(samples[i].name, samples[i].hex, samples[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
