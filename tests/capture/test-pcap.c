/* The pcap format in all its variants: what the reader must make of files written down byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample.h"

/* magic, version 2.4, time zone, sigfigs, snap length 262144, link type 1 (Ethernet) */
#define HEADER_REST "0200 0400 00000000 00000000 00000400 01000000 ; 2.4, snap length 262144, Ethernet\n"
#define HEADER      "d4c3b2a1 ; microseconds, little endian\n" HEADER_REST

#define INTERFACE(frames) "interface 0: link type 1, snap length 262144, " frames " frames\n"

static const struct {
    const char *name;
    const char *hex;
    const char *expected;
} samples[] = {
    {"two frames",
     HEADER "01000000 02000000 03000000 3c000000 aabbcc ; 1.000002 s, 3 of 60 bytes\n"
            "01000000 3f420f00 00000000 3c000000 ; 1.999999 s, none of 60 bytes\n",
     "pcap\n"
     "frame 1 at 1.000002000, 3 of 60 bytes, interface 0, link type 1, offset 24: aabbcc\n"
     "frame 2 at 1.999999000, 0 of 60 bytes, interface 0, link type 1, offset 43: \n" INTERFACE("2")},

    {"no frames", HEADER, "pcap\n" INTERFACE("0")},

    {"big endian",
     "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000071 ; 2.4, snap length 65535, Linux cooked (113)\n"
     "65000000 000f4240 00000001 00000001 ee ; 0x65000000 s and 1000000 us: one second too many\n"
     "65000000 000f4241 00000001 00000001 ef ; said once\n",
     "pcap\n"
     "frame 1 at 1694498817.000000000, 1 of 1 bytes, interface 0, link type 113, offset 24: ee\n"
     "frame 2 at 1694498817.000001000, 1 of 1 bytes, interface 0, link type 113, offset 41: ef\n"
     "interface 0: link type 113, snap length 65535, 2 frames\n"
     "note at 24: the time of frame 1 has 1000000 microseconds, a second or more: carried over\n"},

    {"nanoseconds, and a time after 2038",
     "4d3cb2a1 ; nanoseconds, little endian\n" HEADER_REST
     "ffffffff ffc99a3b 01000000 01000000 ee ; 2^32-1 s, 999999999 ns\n",
     "nanosecond pcap\n"
     "frame 1 at 4294967295.999999999, 1 of 1 bytes, interface 0, link type 1, offset 24: ee\n" INTERFACE(
         "1")},

    {"nanoseconds, big endian",
     "a1b23c4d 0002 0004 00000000 00000000 00040000 00000001 ; 2.4, snap length 262144, Ethernet\n"
     "00000001 00000007 00000001 00000002 ee ; 1.000000007 s\n",
     "nanosecond pcap\n"
     "frame 1 at 1.000000007, 1 of 2 bytes, interface 0, link type 1, offset 24: ee\n" INTERFACE("1")},

    {"modified (Kuznetzov): 8 more bytes a record",
     "34cdb2a1 ; modified, little endian\n" HEADER_REST
     "01000000 02000000 02000000 02000000 02000000 0008 00 00 a1a2 ; interface 2, protocol 0800, to us\n"
     "01000000 03000000 01000000 01000000 02000000 0008 04 00 a3 ; outgoing\n",
     "modified pcap\n"
     "frame 1 at 1.000002000, 2 of 2 bytes, interface 0, link type 1, offset 24: a1a2\n"
     "frame 2 at 1.000003000, 1 of 1 bytes, interface 0, link type 1, offset 50: a3\n" INTERFACE("2")},

    {"Ixia software capture: 4 more bytes in the header",
     "ab01001c ; 1c0001ab, little endian\n" HEADER_REST "11000000 ; bytes of records\n"
     "01000000 02000000 01000000 01000000 ee\n",
     "Ixia lcap (software)\n"
     "frame 1 at 1.000002000, 1 of 1 bytes, interface 0, link type 1, offset 28: ee\n" INTERFACE("1")},

    {"Ixia hardware capture: nanoseconds",
     "1c0001ac 0002 0004 00000000 00000000 00040000 00000001 00000011\n"
     "00000001 00000002 00000001 00000001 ee\n",
     "Ixia lcap (hardware)\n"
     "frame 1 at 1.000000002, 1 of 1 bytes, interface 0, link type 1, offset 28: ee\n" INTERFACE("1")},

    {"version 2.2: the original length first",
     "d4c3b2a1 0200 0200 00000000 00000000 00000400 01000000\n"
     "01000000 02000000 05000000 02000000 eeff ; 2 of 5 bytes\n",
     "pcap\n"
     "frame 1 at 1.000002000, 2 of 5 bytes, interface 0, link type 1, offset 24: eeff\n" INTERFACE("1")},

    {"version 2.3: in either order",
     "d4c3b2a1 0200 0300 00000000 00000000 00000400 01000000\n"
     "01000000 02000000 05000000 02000000 eeff ; 2 of 5 bytes\n"
     "01000000 02000000 02000000 05000000 eefe ; 2 of 5 bytes\n",
     "pcap\n"
     "frame 1 at 1.000002000, 2 of 5 bytes, interface 0, link type 1, offset 24: eeff\n"
     "frame 2 at 1.000002000, 2 of 5 bytes, interface 0, link type 1, offset 42: eefe\n" INTERFACE("2")},

    {"DG/UX's 543.0",
     "d4c3b2a1 1f02 0000 00000000 00000000 00000400 01000000\n"
     "01000000 02000000 05000000 02000000 eeff\n",
     "pcap\n"
     "frame 1 at 1.000002000, 2 of 5 bytes, interface 0, link type 1, offset 24: eeff\n" INTERFACE("1")},

    {"AIX: interface type 6 (Ethernet) in version 2.2, nanoseconds",
     "a1b2c3d4 0002 0002 00000000 00000000 00040000 00000006\n"
     "00000001 3b9ac9ff 00000005 00000002 eeff ; 1.999999999 s\n",
     "pcap\n"
     "frame 1 at 1.999999999, 2 of 5 bytes, interface 0, link type 1, offset 24: eeff\n" INTERFACE("1")},

    {"a version of the future",
     "d4c3b2a1 0200 0500 00000000 00000000 00000400 01000000\n"
     "01000000 02000000 01000000 01000000 ee\n",
     "pcap\n"
     "frame 1 at 1.000002000, 1 of 1 bytes, interface 0, link type 1, offset 24: ee\n" INTERFACE(
         "1") "note at 4: version 2.5 of the pcap format is unknown: read as 2.4\n"},

    {"FCS length and reserved bits above the link type",
     "d4c3b2a1 0200 0400 00000000 00000000 00000400 01003024 ; 2.., FCS length present, 2 * 16 bits; "
     "reserved 0x30\n"
     "01000000 02000000 01000000 01000000 ee\n",
     "pcap\n"
     "frame 1 at 1.000002000, 1 of 1 bytes, interface 0, link type 1, offset 24: ee\n" INTERFACE(
         "1") "note at 20: reserved bits of the link type are set (0x24300001): ignored\n"},

    {"more captured than there was, and than the snap length: read, said once",
     "d4c3b2a1 0200 0400 00000000 00000000 01000000 01000000 ; snap length 1\n"
     "01000000 02000000 02000000 01000000 eeff ; 2 of 1 bytes\n"
     "01000000 02000000 02000000 00000000 eefe ; 2 of 0 bytes\n"
     "01000000 02000000 02000000 02000000 eefd\n",
     "pcap\n"
     "frame 1 at 1.000002000, 2 of 1 bytes, interface 0, link type 1, offset 24: eeff\n"
     "frame 2 at 1.000002000, 2 of 0 bytes, interface 0, link type 1, offset 42: eefe\n"
     "frame 3 at 1.000002000, 2 of 2 bytes, interface 0, link type 1, offset 60: eefd\n"
     "interface 0: link type 1, snap length 1, 3 frames\n"
     "note at 24: frame 1 has a captured length of 2, more than its original length of 1\n"},

    {"cut inside a record",
     HEADER "01000000 02000000 01000000 01000000 ee\n"
            "01000000 02000000 03000000 03000000 eeff ; one byte of three is missing\n",
     "pcap\n"
     "frame 1 at 1.000002000, 1 of 1 bytes, interface 0, link type 1, offset 24: ee\n" INTERFACE(
         "1") "note at 41: the capture is cut short: the record after frame 1 needs 19 bytes, found 18\n"},

    {"cut inside a record's header", HEADER "01000000 02000000 ; no lengths\n",
     "pcap\n" INTERFACE(
         "0") "note at 24: the capture is cut short: the record after frame 0 needs 16 bytes, found 8\n"},

    {"a length that no packet has",
     HEADER "01000000 02000000 01000000 01000000 ee\n"
            "01000000 02000000 01000400 01000400 ff ; 262145 bytes\n",
     "pcap\n"
     "frame 1 at 1.000002000, 1 of 1 bytes, interface 0, link type 1, offset 24: ee\n" INTERFACE(
         "1") "error at 41: the record of frame 2 is damaged: expected a captured length of at most 262144, "
              "found 262145; "
              "nothing from here on can be read\n"},

    {"a length of 4 GB", HEADER "01000000 02000000 ffffffff ffffffff ee\n",
     "pcap\n" INTERFACE("0") "error at 24: the record of frame 1 is damaged: expected a captured length of "
                             "at most 262144, found "
                             "4294967295; nothing from here on can be read\n"},

    {"USB frames may be larger: cut, not damaged",
     "d4c3b2a1 0200 0400 00000000 00000000 00000400 f9000000 ; USBPcap (249)\n"
     "01000000 02000000 01000400 01000400 ff ; 262145 bytes\n",
     "pcap\n"
     "interface 0: link type 249, snap length 262144, 0 frames\n"
     "note at 24: the capture is cut short: the record after frame 0 needs 262161 bytes, found 17\n"},
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
