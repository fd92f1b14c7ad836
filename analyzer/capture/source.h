/* The frames of one file, or of several joined into one capture in order of time.
 *
 * The order is that of mergecap(1), Wireshark's wiretap/merge.c: again and again the earliest of the frames
 * that come next in each file, where two have the same time that of the file given last, and a frame without
 * a time before all others. No file is sorted by itself. (Checked with mergecap 4.0.17 by
 * tests/pipeline/join.py.) So frame and stream numbers are those of the file that mergecap would write.
 * Unlike mergecap, a file that cannot be opened or read on does not end the others.
 *
 * Files are opened when they are due and closed when they are through: of more than some sixty each is looked
 * at for its first time, and opened again when the joined capture has come to it. So those of a ring may be
 * more than a process may have open; of those that are wanted at the same time, all have to be. A few frames
 * of each are looked ahead, from a pipe not more than are there. */
#pragma once

#include "base/frame-map.h"
#include "capture/reader.h"

typedef struct FrameSource FrameSource;

/* As capture_reader_open(). Caller frees. */
FrameSource *frame_source_open(const char *path, GError **error);

/* The files of a NULL-terminated list, at least one. They are opened when the first frame is asked for; those
 * that cannot be say so in frame_source_failure(), and the others are read all the same. Caller frees. */
FrameSource *frame_source_join(char *const *paths);
void frame_source_free(FrameSource *source);

/* As capture_reader_next_batch(), and for one file as fast: the bytes stay valid until the next call. In a
 * joined capture `number` counts through all files; `offset` and `interface` are those in the frame's own
 * file. After stop_is_requested(), a joined capture gives no more. */
unsigned frame_source_next_batch(FrameSource *source, Frame *ret_frames, unsigned max);

guint frame_source_count(const FrameSource *source);

/* Of a file; NULL where it could not be opened, or was not yet. Borrowed. */
const CaptureReader *frame_source_reader(const FrameSource *source, guint file);

/* Why it could not, beginning with the path; NULL where it could, or was never tried. Borrowed. */
const char *frame_source_failure(const FrameSource *source, guint file);

/* The numbers of a joined capture; NULL for one that was merely opened. frame_source_take_map() hands it to
 * the caller, and nothing can be read afterwards. */
const FrameMap *frame_source_map(const FrameSource *source);
FrameMap *frame_source_take_map(FrameSource *source);

/* "pcap", "gzip-compressed pcap, pcapng": of all files. NULL where none could be opened. Caller frees. */
char *frame_source_format(const FrameSource *source);

/* Whether a file was missing, or ended before it should. */
bool frame_source_is_cut(const FrameSource *source);

/* Sums over the files; a size of 0 where one is not known. */
uint64_t frame_source_position(const FrameSource *source);
uint64_t frame_source_size(const FrameSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameSource, frame_source_free)
