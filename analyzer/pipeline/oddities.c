/* A capture of which nothing could be read is an error; one that has a few frames of a strange kind is not.
 */
#include "pipeline/oddities.h"

#include <inttypes.h>
#include <pcap/pcap.h>

void oddities_note_link_type(Oddities *oddities, uint16_t link_type)
{
    oddities->unread_frames++;
    for (unsigned i = 0; i < oddities->link_type_count; i++) {
        if (oddities->link_types[i].link_type == link_type) {
            oddities->link_types[i].frames++;
            return;
        }
    }
    if (oddities->link_type_count == ODD_LINK_TYPES_MAX)
        return;
    oddities->link_types[oddities->link_type_count].link_type = link_type;
    oddities->link_types[oddities->link_type_count++].frames = 1;
}

static const char *frames_word(uint64_t frames)
{
    return frames == 1 ? "frame" : "frames";
}

static void tell_link_types(const Oddities *oddities, DiagnosticList *diagnostics)
{
    DiagnosticSeverity severity =
        oddities->unread_frames == oddities->frames ? DIAGNOSTIC_ERROR : DIAGNOSTIC_WARNING;
    for (unsigned i = 0; i < oddities->link_type_count; i++) {
        uint16_t link_type = oddities->link_types[i].link_type;
        uint64_t count = oddities->link_types[i].frames;
        const char *name = pcap_datalink_val_to_name(link_type);
        diagnostic_list_add(diagnostics, severity, 0, 0,
                            "link type %u (%s) is not read: %" PRIu64 " %s skipped", link_type,
                            name ? name : "without a name", count, frames_word(count));
    }
}

static void tell_drops(const CaptureReader *reader, const char *prefix, DiagnosticList *diagnostics)
{
    for (guint i = 0; i < capture_reader_interface_count(reader); i++) {
        const CaptureInterface *interface = capture_reader_interface(reader, i);
        if (interface->drops_known && interface->dropped)
            diagnostic_list_add(
                diagnostics, DIAGNOSTIC_WARNING, 0, 0,
                "%sthe capturing system dropped %" PRIu64 " packets on interface %u (%s): what is "
                "missing here may have been on the wire",
                prefix, interface->dropped, i, interface->name ? interface->name : "without a name");
    }
}

static void copy_diagnostics(const DiagnosticList *from, const char *prefix, DiagnosticList *to)
{
    for (guint i = 0; i < diagnostic_list_length(from); i++) {
        const Diagnostic *one = diagnostic_list_get(from, i);
        diagnostic_list_add(to, one->severity, one->offset, one->frame, "%s%s", prefix, one->message);
    }
    if (diagnostic_list_dropped(from))
        diagnostic_list_add(to, diagnostic_list_worst(from), 0, 0, "%s%" PRIu64 " more oddities of the file",
                            prefix, diagnostic_list_dropped(from));
}

static void tell_file(const FrameSource *source, guint index, DiagnosticList *diagnostics)
{
    const FrameMap *map = frame_source_map(source);
    const CaptureReader *reader = frame_source_reader(source, index);
    const char *path = map ? frame_map_file(map, index)->path : "";
    g_autofree char *prefix = g_strconcat(path, map ? ": " : "", NULL);
    if (!reader) {
        diagnostic_list_add(diagnostics, DIAGNOSTIC_ERROR, 0, 0, "%s", frame_source_failure(source, index));
        return;
    }
    tell_drops(reader, prefix, diagnostics);
    copy_diagnostics(capture_reader_diagnostics(reader), prefix, diagnostics);
}

void oddities_tell_files(const FrameSource *source, DiagnosticList *diagnostics)
{
    for (guint i = 0; i < frame_source_count(source); i++)
        tell_file(source, i, diagnostics);
}

/* Why there is nothing to report, where there is nothing. */
static void tell_emptiness(const Oddities *oddities, DiagnosticList *diagnostics)
{
    if (!oddities->frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0, "the capture holds no frame");
    else if (oddities->filtered_frames == oddities->frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0, "the capture filter (-f) takes no frame");
    else if (!oddities->segments && oddities->unread_frames < oddities->frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0, "no TCP was found in the capture");
}

void oddities_tell(const Oddities *oddities, const FrameSource *source, DiagnosticList *diagnostics)
{
    tell_link_types(oddities, diagnostics);
    tell_emptiness(oddities, diagnostics);
    if (oddities->timeless_frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0,
                            "%" PRIu64 " %s without a time: taken as captured with the frame before",
                            oddities->timeless_frames, frames_word(oddities->timeless_frames));
    if (oddities->snapped_frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0,
                            "%" PRIu64 " of %" PRIu64
                            " frames cut by the snap length: lengths are those on the wire, what RSTs and "
                            "TLS alerts say may be missing",
                            oddities->snapped_frames, oddities->frames);
    oddities_tell_files(source, diagnostics);
}
