/* libpcap compiles for a DLT_ of this host, captures carry the LINKTYPE_ of the file format; the two differ
 * in a few old numbers only (pcap-linktype(7)). */
#include "pipeline/filter.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/bounds.h"
#include "pipeline/libpcap.h"

#define FILTER_SNAPLEN 262144

typedef struct {
    uint16_t link_type;
    bool is_compiled;
    struct bpf_program program;
} Program;

struct PacketFilter {
    const Libpcap *libpcap;
    char *text;
    Program programs[FILTER_LINK_TYPES_MAX];
    unsigned count;
    uint64_t senseless, beyond; /* frames that could not be asked: see packet_filter_tell() */
};

static int dlt_of_link_type(uint16_t link_type)
{
    switch (link_type) {
    case 100:
        return DLT_ATM_RFC1483;
    case 101:
        return DLT_RAW;
    case 102:
        return DLT_SLIP_BSDOS;
    case 103:
        return DLT_PPP_BSDOS;
    default:
        return link_type;
    }
}

/* One more for this link type. */
static Program *program_compile(PacketFilter *filter, uint16_t link_type, GError **error)
{
    const Libpcap *libpcap = filter->libpcap;
    Program *program = &filter->programs[filter->count++];
    program->link_type = link_type;
    pcap_t *dead = libpcap->pcap_open_dead(dlt_of_link_type(link_type), FILTER_SNAPLEN);
    program->is_compiled =
        dead && !libpcap->pcap_compile(dead, &program->program, filter->text, 1, PCAP_NETMASK_UNKNOWN);
    if (!program->is_compiled)
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "-f %s: %s", filter->text,
                    dead ? libpcap->pcap_geterr(dead) : "out of memory");
    if (dead)
        libpcap->pcap_close(dead);
    return program;
}

PacketFilter *packet_filter_new(const char *text, GError **error)
{
    const Libpcap *libpcap = libpcap_get(error);
    if (!libpcap) {
        g_prefix_error(error, "-f %s: ", text);
        return NULL;
    }
    PacketFilter *filter = g_new0(PacketFilter, 1);
    filter->libpcap = libpcap;
    filter->text = g_strdup(text);
    if (program_compile(filter, DLT_EN10MB, error)->is_compiled)
        return filter;
    packet_filter_free(filter);
    return NULL;
}

void packet_filter_free(PacketFilter *filter)
{
    if (!filter)
        return;
    for (unsigned i = 0; i < filter->count; i++)
        if (filter->programs[i].is_compiled)
            filter->libpcap->pcap_freecode(&filter->programs[i].program);
    g_free(filter->text);
    g_free(filter);
}

static const Program *filter_program(PacketFilter *filter, uint16_t link_type)
{
    for (unsigned i = 0; i < filter->count; i++)
        if (filter->programs[i].link_type == link_type)
            return &filter->programs[i];
    return filter->count < FILTER_LINK_TYPES_MAX ? program_compile(filter, link_type, NULL) : NULL;
}

bool packet_filter_takes(PacketFilter *filter, const Frame *frame)
{
    const Program *program = filter_program(filter, frame->link_type);
    if (!program || !program->is_compiled) {
        filter->senseless += program != NULL;
        filter->beyond += !program;
        return false;
    }
    const struct pcap_pkthdr header = {.caplen = frame->captured_len, .len = frame->original_len};
    return filter->libpcap->pcap_offline_filter(&program->program, &header, frame->bytes) != 0;
}

void packet_filter_tell(PacketFilter *filter, DiagnosticList *diagnostics)
{
    if (filter->senseless)
        diagnostic_list_add(
            diagnostics, DIAGNOSTIC_NOTE, 0, 0,
            "%" PRIu64 " frames are of link types for which the capture filter (-f) makes no sense: left out",
            filter->senseless);
    if (filter->beyond)
        diagnostic_list_add(
            diagnostics, DIAGNOSTIC_WARNING, 0, 0,
            "%" PRIu64 " frames were left out: the capture filter (-f) is compiled for at most %d link types",
            filter->beyond, FILTER_LINK_TYPES_MAX);
    filter->senseless = filter->beyond = 0;
}
