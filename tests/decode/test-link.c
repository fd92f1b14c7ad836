/* Link layers: each in front of a SYN. The packet is 44 bytes of IPv4, 64 of IPv6, 58 with Ethernet. */
#include "bytes.h"

#define MACS      "020000000002 020000000001 "
#define SNAP_IPV4 "aaaa03 000000 0800 "

typedef struct {
    uint16_t link_type;
    const char *layers;
    char inner;
} Sample;

static const Sample samples[] = {
    {1, MACS "0800", '4'},
    {1, MACS "86dd", '6'},
    {1, MACS "8100 0005 0800", '4'},
    {1, MACS "88a8 0005 8100 0006 86dd", '6'},
    {1, MACS "9100 0005 0800", '4'},
    {1, MACS "0034" SNAP_IPV4, '4'},               /* 802.3: a length, LLC, SNAP */
    {1, MACS "8100 0005 0034" SNAP_IPV4, '4'},     /* … in a VLAN */
    {1, MACS "0034 aaaa03 0000f8 0800", '4'},      /* 802.1H */
    {1, MACS "002f 060603", '4'},                  /* LLC says IP itself */
    {1, MACS "0044 aaaa03 0080c2 0007 0000", 'e'}, /* bridged */
    {1, MACS "8870" SNAP_IPV4, '4'},               /* LLC in a jumbo frame */
    {1, MACS "8864 1100 0001 002e 0021", '4'},     /* PPPoE */
    {1, MACS "8864 1100 0001 0042 0057", '6'},
    {1, MACS "8864 1100 0001 002d 21", '4'}, /* … protocol compressed */
    {1, MACS "8847 00064040 000c8140", '4'}, /* MPLS, two labels */
    {1, MACS "8848 00002140", '6'},          /* explicit null */
    {1, MACS "8847 00064140", 'e'},          /* Ethernet pseudowire */
    {1, MACS "8847 00064140 00000007", 'e'}, /* … with control word */
    {1, MACS "8847 00064140 10000021", '4'}, /* associated channel */
    {1, MACS "6558", 'e'},
    {1, MACS "88e7 00000001", 'e'},            /* 802.1ah */
    {1, MACS "8909 0101 0001 0005 0800", '4'}, /* Cisco metadata */
    {1, MACS "8926 00010005 0800", '4'},       /* VN-Tag */
    {1, MACS "894f 00020203 00000101", 'e'},   /* NSH without metadata */
    {1, MACS "894f 00060101 00000101 00000000 00000000 00000000 00000000", '4'},
    {0, "02000000", '4'},
    {0, "00000002", '4'},
    {0, "00020000", '4'},
    {0, "1e000000", '6'},
    {0, "00080000", '4'}, /* an EtherType */
    {0, "ff03 0021", '4'},
    {8, "00 000000 00000000 00000000 00000000", '4'},
    {9, "ff03 0021", '4'},
    {9, "0021", '4'},
    {9, "21", '4'},
    {9, "ff03 57", '6'},
    {9, "0f00 0800", '4'}, /* Cisco HDLC where PPP was told */
    {9, "ff03 003d c0000001 0021", '4'},
    {10, "50 020000000002 020000000001" SNAP_IPV4, '4'},
    {12, "", '4'},
    {14, "", '6'},
    {50, "ff03 0021", '4'},
    {51, "1100 0001 002e 0021", '4'},
    {100, SNAP_IPV4, '4'},
    {101, "", '6'},
    {104, "0f00 0800", '4'},
    {104, "8f00 86dd", '6'},
    {105, "0801 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'},
    {105, "8801 0000 020000000001 020000000002 020000000003 0000 0000" SNAP_IPV4, '4'}, /* QoS */
    {105, "0803 0000 020000000001 020000000002 020000000003 0000 020000000004" SNAP_IPV4, '4'},
    {105, "8801 0000 020000000001 020000000002 020000000003 0000 8000" MACS "0034" SNAP_IPV4,
     '4'}, /* A-MSDU */
    {106, "", '4'},
    {107, "1841 03 cc", '4'},
    {107, "1841 03 8e", '6'},
    {107, "1841 03 00 80 000000 0800", '4'},
    {107, "1841 03 00 80 0080c2 0007", 'e'},
    {107, "1841 03 cf 0021", '4'},
    {107, "18400001 03 cc", '4'},
    {107, "1841 0800", '4'},
    {108, "00000002", '4'},
    {108, "00000018", '6'},
    {109, "02000000 01000000 01000000", '4'},
    {113, "0000 0001 0006 0200000000010000 0800", '4'},
    {113, "0000 0001 0006 0200000000010000 0004" SNAP_IPV4, '4'},
    {113, "0000 0001 0006 0200000000010000 8100 0005 86dd", '6'},
    {113, "0000 0001 0006 0200000000010000 0003", 'e'},
    {113, "0000 030a 0006 0200000000010000 6558", 'e'}, /* of a GRE device */
    {119,
     "44000000 10000000 0000000000000000 0801 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4,
     '4'},
    {127, "0000 0800 00000000 0801 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'},
    {127, "0000 0900 02000000 20 8801 0000 020000000001 020000000002 020000000003 0000 0000 0000" SNAP_IPV4,
     '4'},
    {138, "0100000000000000 0200000000000000 0800", '4'},
    {163, "80211001 00000008 0801 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'},
    {192, "0000 0800 01000000" MACS "0800", '4'},
    {204, "01 ff03 0021", '4'},
    {228, "", '4'},
    {229, "", '6'},
    {239, "02 00 0000 0800 0100 08000300 3000 0900", '4'},
    {258, "0c000000 01000000 01000000" MACS "86dd", '6'},
    {276, "0800 0000 00000001 0001 00 06 0200000000010000", '4'},
};

static void reads_every_layer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        bytes_assert_carries(samples[i].link_type, samples[i].layers, samples[i].inner);
        assert_non_null(decode_link_type_name(samples[i].link_type));
    }
}

static void leaves_what_cannot_be_read(void **state)
{
    (void)state;
    static const Sample unreadable[] = {
        {1, MACS "0806", '4'},                    /* ARP */
        {1, MACS "0034 aaaa03 00000c 0800", '4'}, /* an organisation's own protocol */
        {1, MACS "0034 424203", '4'},             /* spanning tree */
        {1, MACS "8847 0000e140", '4'},           /* OAM alert */
        {9, "ff03 c021", '4'},                    /* link control */
        {9, "ff03 003d 80000001 0021", '4'},      /* part of a packet split over links */
        {105, "0841 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'}, /* encrypted */
        {105, "0805 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'}, /* fragment */
        {105, "4801 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'}, /* no data */
        {105, "8000 0000 020000000001 020000000002 020000000003 0000" SNAP_IPV4, '4'}, /* beacon */
        {113, "0000 0338 0006 0200000000010000 0800", '4'},                            /* netlink */
        {258, "0c000000 00000000 01000000" MACS "86dd", '6'},
    };
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        static Bytes bytes;
        bytes.length = 0;
        bytes_add(&bytes, unreadable[i].layers);
        if (unreadable[i].inner == '4')
            bytes_add_syn4(&bytes);
        else
            bytes_add_syn6(&bytes);
        bytes_assert_none(&bytes, unreadable[i].link_type);
    }
}

static void says_which_link_types_are_read(void **state)
{
    (void)state;
    static Bytes bytes;
    Segment segment;
    bytes.length = 0;
    bytes_add_ethernet_syn4(&bytes);
    assert_string_equal(decode_link_type_name(1), "Ethernet");
    assert_null(decode_link_type_name(147));
    assert_int_equal(bytes_decode(&bytes, 147, &segment), DECODED_UNKNOWN_LINKTYPE);
}

static void survives_tags_in_tags(void **state)
{
    (void)state;
    static Bytes bytes;
    bytes.length = 0;
    bytes_add(&bytes, MACS);
    for (int i = 0; i < 10000; i++)
        bytes_add(&bytes, "8100 0005");
    bytes_add(&bytes, "0800");
    bytes_add_syn4(&bytes);
    Segment segment;
    assert_int_equal(bytes_decode(&bytes, LINK_ETHERNET, &segment), DECODED_OTHER);
}

static void takes_trailers_for_what_they_are(void **state)
{
    (void)state;
    static Bytes bytes;
    bytes.length = 0;
    bytes_add_ethernet_syn4(&bytes);
    bytes_add_zeros(&bytes, 30);
    bytes_assert_syn(&bytes, LINK_ETHERNET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_layer),
        cmocka_unit_test(leaves_what_cannot_be_read),
        cmocka_unit_test(says_which_link_types_are_read),
        cmocka_unit_test(survives_tags_in_tags),
        cmocka_unit_test(takes_trailers_for_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
