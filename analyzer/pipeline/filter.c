/* libpcap compiles for a DLT_ of this host, captures carry the LINKTYPE_ of the file format; the two differ
 * in a few old numbers only (pcap-linktype(7)). */
#include "pipeline/filter.h"

#include <inttypes.h>
#include <pcap/pcap.h>

#include "base/error.h"
#include "base/bounds.h"

#define FILTER_SNAPLEN 262144

typedef struct {
    uint16_t link_type;
    bool is_compiled;
    struct bpf_program program;
} Program;

struct PacketFilter {
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

static bool program_compile(Program *program, uint16_t link_type, const char *text, GError **error)
{
    program->link_type = link_type;
    pcap_t *dead = pcap_open_dead(dlt_of_link_type(link_type), FILTER_SNAPLEN);
    program->is_compiled = dead && !pcap_compile(dead, &program->program, text, 1, PCAP_NETMASK_UNKNOWN);
    if (!program->is_compiled)
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "-f %s: %s", text,
                    dead ? pcap_geterr(dead) : "out of memory");
    if (dead)
        pcap_close(dead);
    return program->is_compiled;
}

PacketFilter *packet_filter_new(const char *text, GError **error)
{
    PacketFilter *filter = g_new0(PacketFilter, 1);
    filter->text = g_strdup(text);
    filter->count = 1;
    if (program_compile(&filter->programs[0], DLT_EN10MB, text, error))
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
            pcap_freecode(&filter->programs[i].program);
    g_free(filter->text);
    g_free(filter);
}

static const Program *filter_program(PacketFilter *filter, uint16_t link_type)
{
    for (unsigned i = 0; i < filter->count; i++)
        if (filter->programs[i].link_type == link_type)
            return &filter->programs[i];
    if (filter->count == FILTER_LINK_TYPES_MAX)
        return NULL;
    Program *program = &filter->programs[filter->count++];
    program_compile(program, link_type, filter->text, NULL);
    return program;
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
    return pcap_offline_filter(&program->program, &header, frame->bytes) != 0;
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
