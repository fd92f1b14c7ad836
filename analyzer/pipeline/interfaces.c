/* Names and numbers are what the file says, which may be anything: whoever prints escapes them. */
#include "pipeline/interfaces.h"

#include <inttypes.h>

#include "base/bounds.h"
#include "decode/decode.h"
#include "pipeline/libpcap.h"

/* What libpcap calls a link type that is not read: "IEEE802_15_4". NULL where it does not know. */
static const char *foreign_link_type_name(uint16_t link_type)
{
    const Libpcap *libpcap = libpcap_get(NULL);
    return libpcap ? libpcap->pcap_datalink_val_to_name(link_type) : NULL;
}

/* "Ethernet", "IEEE802_15_4", "USER0" or "without a name". */
static char *link_type_text(uint16_t link_type)
{
    const unsigned first = 147, last = 162; /* LINKTYPE_USER0 to 15 */
    const char *name = decode_link_type_name(link_type);
    name = name ? name : foreign_link_type_name(link_type);
    if (!name && link_type >= first && link_type <= last)
        return g_strdup_printf("USER%u", link_type - first);
    return g_strdup(name ? name : "without a name");
}

static const CaptureInterface *find_interface(const CaptureReader *reader, uint16_t link_type)
{
    for (guint i = 0; reader && i < capture_reader_interface_count(reader); i++) {
        const CaptureInterface *interface = capture_reader_interface(reader, i);
        if (interface->link_type == link_type && interface->frames)
            return interface;
    }
    return NULL;
}

/* What to do about a link type that says nothing but that its users know it. */
static const char *link_type_hint(const char *name)
{
    return g_str_has_prefix(name, "USER") ? "; it is a private one, and only who wrote the file knows what "
                                            "it stands for: where that is Ethernet, "
                                            "editcap -T ether says so"
                                          : "";
}

void interfaces_tell_unread(const FrameSource *source, uint16_t link_type, uint64_t frames,
                            DiagnosticSeverity severity, DiagnosticList *diagnostics)
{
    const CaptureInterface *interface = NULL;
    for (guint file = 0; !interface && file < frame_source_count(source); file++)
        interface = find_interface(frame_source_reader(source, file), link_type);
    uint64_t offset = interface ? interface->offset : 0;
    g_autofree char *place = offset ? g_strdup_printf(" (byte %" PRIu64 ")", offset) : g_strdup("");
    g_autofree char *name = link_type_text(link_type);
    diagnostic_list_add(diagnostics, severity, offset, 0,
                        "link type %u (%s)%s is not read: %" PRIu64 " %s skipped%s", link_type, name, place,
                        frames, frames == 1 ? "frame" : "frames", link_type_hint(name));
}

/* "1 eth0 (Ethernet, 12 frames, 3 dropped)" */
static void append_interface(GString *text, guint index, const CaptureInterface *interface)
{
    g_autofree char *link_type = link_type_text(interface->link_type);
    g_string_append_printf(text, "%s%u%s%s (%s, %" PRIu64 " %s", index ? ", " : "", index,
                           interface->name ? " " : "", interface->name ? interface->name : "", link_type,
                           interface->frames, interface->frames == 1 ? "frame" : "frames");
    if (interface->drops_known)
        g_string_append_printf(text, ", %" PRIu64 " dropped", interface->dropped);
    g_string_append_c(text, ')');
}

static void tell_interfaces(const CaptureReader *reader, const char *prefix, DiagnosticList *diagnostics)
{
    guint count = capture_reader_interface_count(reader);
    if (count < 2)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < MIN(count, INTERFACES_SHOWN_MAX); i++)
        append_interface(text, i, capture_reader_interface(reader, i));
    if (count > INTERFACES_SHOWN_MAX)
        g_string_append_printf(text, " and %u more", count - INTERFACES_SHOWN_MAX);
    diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0, "%sinterfaces: %s", prefix, text->str);
}

void interfaces_tell(const CaptureReader *reader, const char *prefix, DiagnosticList *diagnostics)
{
    tell_interfaces(reader, prefix, diagnostics);
    for (guint i = 0; i < capture_reader_interface_count(reader); i++) {
        const CaptureInterface *interface = capture_reader_interface(reader, i);
        if (interface->drops_known && interface->dropped)
            diagnostic_list_add(diagnostics, DIAGNOSTIC_WARNING, interface->offset, 0,
                                "%sthe capturing system dropped %" PRIu64
                                " %s on interface %u (%s): what is missing here may have "
                                "been on the wire",
                                prefix, interface->dropped, interface->dropped == 1 ? "packet" : "packets", i,
                                interface->name ? interface->name : "without a name");
    }
}
