/* A capture of which nothing could be read is an error; one that has a few frames of a strange kind is not.
 */
#include "pipeline/oddities.h"

#include <inttypes.h>
#include <string.h>

#include "pipeline/interfaces.h"

unsigned oddities_bound_frames(Oddities *oddities, const Frame *frames, unsigned count)
{
    while (count && frames[count - 1].number > FRAME_NUMBERS_MAX) {
        oddities->is_full = true;
        count--;
    }
    return count;
}

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

static void tell_link_types(const Oddities *oddities, const FrameSource *source, DiagnosticList *diagnostics)
{
    DiagnosticSeverity severity =
        oddities->unread_frames == oddities->frames ? DIAGNOSTIC_ERROR : DIAGNOSTIC_WARNING;
    uint64_t told = 0;
    for (unsigned i = 0; i < oddities->link_type_count; i++) {
        interfaces_tell_unread(source, oddities->link_types[i].link_type, oddities->link_types[i].frames,
                               severity, diagnostics);
        told += oddities->link_types[i].frames;
    }
    if (told < oddities->unread_frames)
        diagnostic_list_add(diagnostics, severity, 0, 0,
                            "%" PRIu64 " %s of other link types that are not read",
                            oddities->unread_frames - told, frames_word(oddities->unread_frames - told));
}

/* " (byte 24)": of the file, or of what it was before it was compressed. */
static char *place_text(const CaptureReader *reader, uint64_t offset)
{
    if (!offset)
        return g_strdup("");
    bool is_compressed = strstr(capture_reader_format(reader), "-compressed") != NULL;
    return g_strdup_printf(" (byte %" PRIu64 "%s)", offset, is_compressed ? " of the decompressed data" : "");
}

static void copy_diagnostics(const CaptureReader *reader, const char *prefix, DiagnosticList *to)
{
    const DiagnosticList *from = capture_reader_diagnostics(reader);
    for (guint i = 0; i < diagnostic_list_length(from); i++) {
        const Diagnostic *one = diagnostic_list_get(from, i);
        g_autofree char *place = place_text(reader, one->offset);
        diagnostic_list_add(to, one->severity, one->offset, one->frame, "%s%s%s", prefix, one->message,
                            place);
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
    const char *failure = frame_source_failure(source, index);
    if (failure)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_ERROR, 0, 0, "%s", failure);
    if (!reader) /* nor was it read where a signal came before */
        return;
    interfaces_tell(reader, prefix, diagnostics);
    copy_diagnostics(reader, prefix, diagnostics);
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
    tell_link_types(oddities, source, diagnostics);
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
    if (oddities->is_full)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_ERROR, 0, 0,
                            "reading ended after frame %" PRIu32
                            ": no more can be numbered; editcap -c splits the capture",
                            FRAME_NUMBERS_MAX);
    oddities_tell_files(source, diagnostics);
}
