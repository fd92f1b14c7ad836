/* Which frame of which file a frame of a joined capture is.
 *
 * Everything behind the reader knows a frame by one number, that of the joined capture; somebody who looks
 * for it has the files. What is kept is which file how many frames in a row came from: four bytes for each
 * such run. So a rotated ring costs nothing, and two interfaces that take turns at every frame four bytes a
 * frame, which is little beside the frame itself. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct FrameMap FrameMap;

typedef struct {
    char *path;      /* as given */
    char *name;      /* short: its last part where no other file has the same, else the path */
    char *format;    /* as capture_reader_format(); NULL where it could not be opened */
    uint64_t frames; /* of it in the joined capture, so far */
} FrameMapFile;

/* `paths` is NULL-terminated, in the order of the joined capture. */
FrameMap *frame_map_new(char *const *paths);
void frame_map_free(FrameMap *map);

void frame_map_set_format(FrameMap *map, guint file, const char *format);

/* The next `count` numbers of the joined capture are the next ones of the file. */
void frame_map_add(FrameMap *map, guint file, uint64_t count);

/* Where frame `number` (from 1) of the joined capture stands; false where there is none. */
bool frame_map_find(const FrameMap *map, uint64_t number, guint *ret_file, uint64_t *ret_frame);

/* Borrowed. */
guint frame_map_file_count(const FrameMap *map);
const FrameMapFile *frame_map_file(const FrameMap *map, guint file);

/* "a.pcap + b.pcap", "a.pcap + 11 more": what the joined capture is called. Borrowed. */
const char *frame_map_title(const FrameMap *map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameMap, frame_map_free)
