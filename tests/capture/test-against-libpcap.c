/* Our reader and libpcap must agree, frame by frame, wherever libpcap can read.
 *
 *      test-against-libpcap                 captures that it writes itself
 *      test-against-libpcap FILE...         these captures; exit status 1 where one differs
 *
 * Known differences, which are none of the file's contents:
 *   - libpcap cuts a packet at the snap length of the file; Wireshark and we give what was captured.
 *   - libpcap's seconds are signed, ours are not (until 2106, as in Wireshark); so are its micro- or
 * nanoseconds of a damaged record, which should be less than a million or a billion.
 *   - libpcap speaks of DLT_ values of its host, a file of LINKTYPE_ values: pcap_to_linktype() below.
 *   - a Simple Packet Block has no time: libpcap says 0, we say FRAME_TIME_UNKNOWN. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "capture/reader.h"
#include "sample.h"

#define NS_PER_S INT64_C(1000000000)

/* The values that differ between hosts, so that files have others. Source: libpcap's pcap-common.c. */
static int pcap_to_linktype(int dlt)
{
    static const struct {
        int dlt, linktype;
    } map[] = {
        {DLT_ATM_RFC1483, 100}, {DLT_RAW, 101},       {DLT_SLIP_BSDOS, 102}, {DLT_PPP_BSDOS, 103},
        {DLT_C_HDLC, 104},      {DLT_PPP_SERIAL, 50}, {DLT_PPP_ETHER, 51},   {DLT_ATM_CLIP, 106},
        {DLT_PFSYNC, 246},      {DLT_PKTAP, 258},
    };
    for (guint i = 0; i < G_N_ELEMENTS(map); i++)
        if (map[i].dlt == dlt)
            return map[i].linktype;
    return dlt;
}

static bool same_time(int64_t theirs_ns, int64_t ours_ns)
{
    int64_t difference = ours_ns - theirs_ns;
    return difference == 0 || difference == NS_PER_S << 32 || difference == INT64_C(1) << 32 ||
           difference == INT64_C(1000) << 32;
}

/* What differs between the two frames, or NULL. */
static const char *compare_frames(pcap_t *pcap, const struct pcap_pkthdr *header, const u_char *bytes,
                                  const Frame *frame)
{
    int64_t time_ns = (int64_t)header->ts.tv_sec * NS_PER_S + header->ts.tv_usec;
    uint32_t snaplen = (uint32_t)pcap_snapshot(pcap);
    if (header->caplen != MIN(frame->captured_len, snaplen))
        return "captured length";
    if (header->len != frame->original_len)
        return "original length";
    if (memcmp(bytes, frame->bytes, header->caplen) != 0)
        return "bytes";
    if (frame->time_ns != FRAME_TIME_UNKNOWN && !same_time(time_ns, frame->time_ns))
        return "time";
    if (pcap_to_linktype(pcap_datalink(pcap)) != frame->link_type)
        return "link type";
    return NULL;
}

/* False where they differ. A file that libpcap cannot open agrees with anything, one that it reads in part
 * must have those frames in ours. */
static bool compare_file(const char *path)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    g_autoptr(GError) error = NULL;
    g_autoptr(CaptureReader) reader = capture_reader_open(path, &error);
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!pcap) {
        printf("%s: not read by libpcap (%s); ours: %s\n", path, why, reader ? "reads it" : error->message);
        return true;
    }
    if (!reader) {
        printf("%s: read by libpcap, but not by ours: %s\n", path, error->message);
        pcap_close(pcap);
        return false;
    }
    struct pcap_pkthdr *header;
    const u_char *bytes;
    Frame frame;
    uint64_t frames = 0;
    const char *difference = NULL;
    int result;
    while (!difference && (result = pcap_next_ex(pcap, &header, &bytes)) == 1) {
        frames++;
        difference =
            capture_reader_next(reader, &frame) ? compare_frames(pcap, header, bytes, &frame) : "end";
        if (!difference && frame.number < frames)
            difference = "number";
    }
    if (!difference && result == PCAP_ERROR_BREAK && capture_reader_next(reader, &frame))
        difference = "end: libpcap has no more frames";
    if (difference)
        printf("%s: frame %" PRIu64 " differs in its %s\n", path, frames, difference);
    else if (result == PCAP_ERROR)
        printf("%s: %" PRIu64 " frames agree, then libpcap gives up: %s\n", path, frames, pcap_geterr(pcap));
    pcap_close(pcap);
    return !difference;
}

/* Captures written by libpcap itself: every link type that has a name, both resolutions, and one of 20 MB. */

static char *write_capture(int link_type, int precision, int snaplen, unsigned frames)
{
    static guint8 bytes[65536];
    g_autofree char *name = g_strdup_printf("written-%d-%d", link_type, precision);
    char *path = sample_file(name, "", 0);
    pcap_t *pcap = pcap_open_dead_with_tstamp_precision(link_type, snaplen, (u_int)precision);
    pcap_dumper_t *dumper = pcap_dump_open(pcap, path);
    if (!dumper) { /* a DLT_ that has no LINKTYPE_ */
        pcap_close(pcap);
        g_free(path);
        return NULL;
    }
    guint32 random = 7;
    for (unsigned i = 0; i < frames; i++) {
        random = random * 1103515245 + 12345;
        struct pcap_pkthdr header = {.len = random >> 16};
        header.caplen = MIN(header.len, (bpf_u_int32)snaplen);
        header.ts.tv_sec = (time_t)(random & 0x7fffffff);
        header.ts.tv_usec =
            (suseconds_t)(random % (precision == PCAP_TSTAMP_PRECISION_NANO ? 1000000000 : 1000000));
        memset(bytes, (int)i, header.caplen);
        pcap_dump((u_char *)dumper, &header, bytes);
    }
    pcap_dump_close(dumper);
    pcap_close(pcap);
    return path;
}

static void test_written(void **state)
{
    (void)state;
    for (int link_type = 0; link_type < 300; link_type++) {
        if (!pcap_datalink_val_to_name(link_type))
            continue;
        g_autofree char *path = write_capture(link_type, PCAP_TSTAMP_PRECISION_MICRO, 128, 5);
        assert_true(!path || compare_file(path));
    }
    g_autofree char *nano = write_capture(DLT_EN10MB, PCAP_TSTAMP_PRECISION_NANO, 128, 1000);
    assert_true(compare_file(nano));
    g_autofree char *large = write_capture(DLT_LINUX_SLL2, PCAP_TSTAMP_PRECISION_NANO, 65536, 600);
    assert_true(compare_file(large));
}

/* The same in the byte order that this host does not write. */
static const char big_endian[] = "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000065\n"
                                 "12345678 00012345 00000004 00000600 45000600\n"
                                 "12345679 000f423f 00000000 00000600\n";

static const char pcapng[] =
    "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c\n"
    "00000001 00000020 0065 0000 0000ffff 0009 0001 09000000 0000 0000 00000020\n"
    "00000006 00000024 00000000 17979cfe 369ec9d5 00000001 00000600 45000000 00000024\n"
    "00000002 00000024 0000 ffff 17979cfe 369ec9d6 00000001 00000600 46000000 00000024\n"
    "00000003 00000014 00000004 45464748 00000014\n";

static void test_formats(void **state)
{
    (void)state;
    const char *const samples[] = {big_endian, pcapng};
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autoptr(GByteArray) bytes = sample_bytes(samples[i]);
        g_autofree char *path = sample_file("format", bytes->data, bytes->len);
        assert_true(compare_file(path));
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        bool agree = true;
        for (int i = 1; i < argc; i++)
            agree &= compare_file(argv[i]);
        return agree ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_written), cmocka_unit_test(test_formats)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
