/* The frame that comes next is found by looking at all files; as long as the file it came from stays ahead of
 * its closest rival, nobody looks again, so that the hundred files of a ring cost no more than one. */
#include "capture/source.h"

#include "base/stop.h"

#define AHEAD_FRAMES 16
#define NO_INPUT     G_MAXUINT

/* One file, and what was read ahead of it. */
typedef struct {
    CaptureReader *reader; /* NULL: could not be opened */
    char *failure;
    Frame ahead[AHEAD_FRAMES];
    unsigned at, count; /* of `ahead`; equal: nothing there */
    uint64_t number;    /* last number of the file that has one in the joined capture */
} Input;

struct FrameSource {
    Input *inputs;
    guint count;
    FrameMap *map; /* NULL: one file that is passed through */
    uint64_t number;
    guint empty;  /* the input of which nothing is left and more may come */
    guint leader; /* the input that the last frame came from, where its rival is known */
    guint rival;  /* who would be next without it; NO_INPUT: nobody */
    bool is_begun;
};

FrameSource *frame_source_open(const char *path, GError **error)
{
    CaptureReader *reader = capture_reader_open(path, error);
    if (!reader)
        return NULL;
    FrameSource *source = g_new0(FrameSource, 1);
    source->count = 1;
    source->inputs = g_new0(Input, 1);
    source->inputs->reader = reader;
    return source;
}

FrameSource *frame_source_join(char *const *paths)
{
    FrameSource *source = g_new0(FrameSource, 1);
    source->map = frame_map_new(paths);
    source->count = frame_map_file_count(source->map);
    source->inputs = g_new0(Input, source->count);
    source->empty = source->leader = NO_INPUT;
    for (guint i = 0; i < source->count; i++) {
        g_autoptr(GError) error = NULL;
        source->inputs[i].reader = capture_reader_open(paths[i], &error);
        if (error)
            source->inputs[i].failure = g_strdup(error->message);
        else
            frame_map_set_format(source->map, i, capture_reader_format(source->inputs[i].reader));
    }
    return source;
}

void frame_source_free(FrameSource *source)
{
    if (!source)
        return;
    for (guint i = 0; i < source->count; i++) {
        capture_reader_free(source->inputs[i].reader);
        g_free(source->inputs[i].failure);
    }
    frame_map_free(source->map);
    g_free(source->inputs);
    g_free(source);
}

static void source_count(FrameSource *source, guint index, uint64_t frames)
{
    source->inputs[index].number += frames;
    source->number += frames;
    frame_map_add(source->map, index, frames);
}

/* What Wireshark counts in a file between one frame and the next, or behind the last (blocks that are no
 * packets), comes before everything else, as it has no time; a journal entry, which has one, is taken like
 * the others. `next` is the number after it. */
static void source_skip(FrameSource *source, guint index, uint64_t next)
{
    uint64_t skipped = next - source->inputs[index].number - 1;
    if (skipped)
        source_count(source, index, skipped);
}

static void source_note_head(FrameSource *source, guint index)
{
    const Input *input = &source->inputs[index];
    source_skip(source, index, input->ahead[input->at].number);
}

static void source_fill(FrameSource *source, guint index)
{
    Input *input = &source->inputs[index];
    if (!input->reader)
        return;
    input->at = 0;
    input->count = capture_reader_next_batch(input->reader, input->ahead, AHEAD_FRAMES);
    if (input->count)
        source_note_head(source, index);
    else
        source_skip(source, index, capture_reader_last_number(input->reader) + 1);
}

static int64_t input_time(const Input *input)
{
    return input->ahead[input->at].time_ns;
}

static bool input_is_empty(const Input *input)
{
    return input->at == input->count;
}

/* Whether the frame at the head of `index` comes before that of `other`. */
static bool source_is_first(const FrameSource *source, guint index, guint other)
{
    if (other == NO_INPUT)
        return true;
    int64_t time = input_time(&source->inputs[index]), other_time = input_time(&source->inputs[other]);
    return time < other_time || (time == other_time && index > other);
}

/* The input whose frame is next; NO_INPUT where there is none. */
static guint source_pick(FrameSource *source)
{
    guint leader = source->leader;
    if (leader != NO_INPUT && !input_is_empty(&source->inputs[leader]) &&
        source_is_first(source, leader, source->rival))
        return leader;
    source->leader = source->rival = NO_INPUT;
    guint best = NO_INPUT, second = NO_INPUT;
    for (guint i = 0; i < source->count; i++) {
        if (input_is_empty(&source->inputs[i]))
            continue;
        if (input_time(&source->inputs[i]) == FRAME_TIME_UNKNOWN)
            return i;
        if (source_is_first(source, i, best)) {
            second = best;
            best = i;
        } else if (source_is_first(source, i, second)) {
            second = i;
        }
    }
    source->leader = best;
    source->rival = second;
    return best;
}

static void source_take(FrameSource *source, guint index, Frame *ret_frame)
{
    Input *input = &source->inputs[index];
    *ret_frame = input->ahead[input->at++];
    source_count(source, index, 1);
    ret_frame->number = source->number;
    if (input_is_empty(input))
        source->empty = index;
    else
        source_note_head(source, index);
}

static void source_begin(FrameSource *source)
{
    source->is_begun = true;
    for (guint i = 0; i < source->count; i++)
        source_fill(source, i);
}

static unsigned source_next_batch(FrameSource *source, Frame *ret_frames, unsigned max)
{
    unsigned count = 0;
    if (!source->is_begun)
        source_begin(source);
    while (count < max) {
        guint empty = source->empty;
        if (empty != NO_INPUT) {
            /* reading on would take the bytes of the frames given in this batch away */
            if (count && !capture_reader_is_memory(source->inputs[empty].reader))
                break;
            source->empty = NO_INPUT;
            source_fill(source, empty);
        }
        guint next = stop_is_requested() ? NO_INPUT : source_pick(source);
        if (next == NO_INPUT)
            break;
        source_take(source, next, &ret_frames[count++]);
    }
    return count;
}

unsigned frame_source_next_batch(FrameSource *source, Frame *ret_frames, unsigned max)
{
    if (!source->map)
        return capture_reader_next_batch(source->inputs->reader, ret_frames, max);
    return source_next_batch(source, ret_frames, max);
}

guint frame_source_count(const FrameSource *source)
{
    return source->count;
}

const CaptureReader *frame_source_reader(const FrameSource *source, guint file)
{
    g_assert(file < source->count);
    return source->inputs[file].reader;
}

const char *frame_source_failure(const FrameSource *source, guint file)
{
    g_assert(file < source->count);
    return source->inputs[file].failure;
}

const FrameMap *frame_source_map(const FrameSource *source)
{
    return source->map;
}

FrameMap *frame_source_take_map(FrameSource *source)
{
    return g_steal_pointer(&source->map);
}

char *frame_source_format(const FrameSource *source)
{
    g_autoptr(GPtrArray) formats = g_ptr_array_new();
    for (guint i = 0; i < source->count; i++) {
        const CaptureReader *reader = source->inputs[i].reader;
        const char *format = reader ? capture_reader_format(reader) : NULL;
        if (format && !g_ptr_array_find_with_equal_func(formats, format, g_str_equal, NULL))
            g_ptr_array_add(formats, (gpointer)format);
    }
    if (!formats->len)
        return NULL;
    g_ptr_array_add(formats, NULL);
    return g_strjoinv(", ", (char **)formats->pdata);
}

bool frame_source_is_cut(const FrameSource *source)
{
    for (guint i = 0; i < source->count; i++)
        if (!source->inputs[i].reader || capture_reader_is_cut(source->inputs[i].reader))
            return true;
    return false;
}

uint64_t frame_source_position(const FrameSource *source)
{
    uint64_t position = 0;
    for (guint i = 0; i < source->count; i++)
        if (source->inputs[i].reader)
            position += capture_reader_position(source->inputs[i].reader);
    return position;
}

uint64_t frame_source_size(const FrameSource *source)
{
    uint64_t all = 0;
    for (guint i = 0; i < source->count; i++) {
        uint64_t size = source->inputs[i].reader ? capture_reader_size(source->inputs[i].reader) : 1;
        if (!size)
            return 0;
        all += size;
    }
    return all;
}
