/* The yardstick: how long libpcap takes to hand over every packet of a capture, doing nothing with it. */
#include <pcap/pcap.h>
#include <stdio.h>

static void count_packet(unsigned char *user, const struct pcap_pkthdr *header, const unsigned char *bytes)
{
    unsigned long long *counts = (unsigned long long *)user;
    counts[0]++;
    counts[1] += header->caplen;
    (void)bytes;
}

int main(int argc, char **argv)
{
    char message[PCAP_ERRBUF_SIZE] = "usage: pcaploop CAPTURE";
    pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], message) : NULL;
    if (!pcap) {
        fprintf(stderr, "pcaploop: %s\n", message);
        return 2;
    }
    unsigned long long counts[2] = {0, 0};
    int got;
    while ((got = pcap_dispatch(pcap, -1, count_packet, (unsigned char *)counts)) > 0)
        ;
    if (got < 0)
        pcap_perror(pcap, "pcaploop");
    printf("%llu packets, %llu bytes\n", counts[0], counts[1]);
    pcap_close(pcap);
    return got < 0;
}
