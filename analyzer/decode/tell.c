/* What of a capture could not be decoded although its link type is known, said once at its end. */
#include "decode/defragment.h"

#include <inttypes.h>

void decode_tell(const Defragmenter *defragmenter, DiagnosticList *diagnostics)
{
    DecodeTally tally = defragmenter_tally(defragmenter);
    if (tally.encrypted_frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, tally.first_encrypted_frame,
                            "%" PRIu64
                            " frames of 802.11 are encrypted and were not read, the first is frame %" PRIu64,
                            tally.encrypted_frames, tally.first_encrypted_frame);
    if (tally.deep_frames)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_WARNING, 0, tally.first_deep_frame,
                            "%" PRIu64
                            " frames have more than %d headers one within the other and were not read, the "
                            "first is frame %" PRIu64,
                            tally.deep_frames, DECODE_DEPTH_MAX, tally.first_deep_frame);
    if (tally.displaced)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_WARNING, 0, 0,
                            "%" PRIu64
                            " IP packets in fragments were given up for newer ones: at most %d are held "
                            "at a time, of %u bytes together",
                            tally.displaced, FRAGMENT_PACKETS_MAX, FRAGMENT_BYTES_MAX);
    if (tally.refused)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_WARNING, 0, 0,
                            "%" PRIu64
                            " IP fragments were left out: a packet has at most %d fragments and %d bytes",
                            tally.refused, FRAGMENTS_MAX, FRAGMENT_PACKET_BYTES_MAX);
    if (tally.incomplete)
        diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 0, 0,
                            "of %" PRIu64
                            " IP packets in fragments not all fragments were captured: not read",
                            tally.incomplete);
}
