/* The frame that comes next is that of the first file of a heap; as long as its file stays ahead of all
 * others, one look at its closest rivals is all that it costs, so that the hundred files of a ring cost no
 * more than one.
 *
 * Of many files each is opened for the time of its first frame, and then left alone until that frame is due:
 * of a ring only one is open at a time, and there may be more files than a process may open. */
#include "capture/source.h"

#include <string.h>
#include <sys/resource.h>

#include "base/heap.h"
#include "base/stop.h"

#define AHEAD_FRAMES 16

/* So many files stay open from the beginning. */
#define OPEN_AT_FIRST 64

/* One file, and what was read ahead of it. */
typedef struct {
    guint index;
    const char *path;      /* borrowed from the source's map */
    CaptureReader *reader; /* NULL: could not be opened, or is put off */
    char *failure;
    bool is_put_off; /* of `ahead` only the time of the first is there */
    Frame ahead[AHEAD_FRAMES];
    unsigned at, count; /* of `ahead`; equal: nothing there */
    uint64_t number;    /* last number of the file that has one in the joined capture */
    uint64_t position;  /* bytes of the file read so far */
    uint64_t size;      /* 0: not known */
} Input;

struct FrameSource {
    Input *inputs;
    guint count;
    FrameMap *map; /* NULL: one file that is passed through */
    Heap heads;    /* Input with a frame to come, in the order in which they do */
    uint64_t number;
    uint64_t position, size; /* sums over the files */
    bool is_size_known;      /* of all of them */
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

/* A frame without a time comes before all others, the first file's first; of equal times the last file's. */
static bool input_is_before(const void *a, const void *b)
{
    const Input *one = a, *other = b;
    int64_t time = one->ahead[one->at].time_ns, other_time = other->ahead[other->at].time_ns;
    if (time != other_time)
        return time < other_time;
    return time == FRAME_TIME_UNKNOWN ? one->index < other->index : one->index > other->index;
}

static bool input_is_empty(const Input *input)
{
    return input->at == input->count;
}

/* False, and its failure, where the file cannot be opened. */
static bool input_open(Input *input)
{
    g_autoptr(GError) error = NULL;
    input->reader = capture_reader_open(input->path, &error);
    if (input->reader)
        input->size = capture_reader_size(input->reader);
    else
        input->failure = g_strdup(error->message);
    return input->reader;
}

/* As many as may be: some may be pipes, and many may be wanted at one time. */
static void raise_limit_of_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

FrameSource *frame_source_join(char *const *paths)
{
    FrameSource *source = g_new0(FrameSource, 1);
    source->map = frame_map_new(paths);
    source->count = frame_map_file_count(source->map);
    source->inputs = g_new0(Input, source->count);
    heap_init(&source->heads, input_is_before);
    if (source->count > OPEN_AT_FIRST)
        raise_limit_of_files();
    for (guint i = 0; i < source->count; i++) {
        source->inputs[i].index = i;
        source->inputs[i].path = frame_map_file(source->map, i)->path;
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
    heap_clear(&source->heads);
    frame_map_free(source->map);
    g_free(source->inputs);
    g_free(source);
}

static void source_count(FrameSource *source, Input *input, uint64_t frames)
{
    input->number += frames;
    source->number += frames;
    frame_map_add(source->map, input->index, frames);
}

/* What Wireshark counts in a file between one frame and the next, or behind the last (blocks that are no
 * packets), comes before everything else, as it has no time; a journal entry, which has one, is taken like
 * the others. `next` is the number after it. */
static void source_skip(FrameSource *source, Input *input, uint64_t next)
{
    if (next > input->number + 1)
        source_count(source, input, next - input->number - 1);
}

static void source_note_position(FrameSource *source, Input *input)
{
    uint64_t position = capture_reader_position(input->reader);
    source->position += position - input->position;
    input->position = position;
}

/* Reads ahead. False where nothing is left: then the file is closed. */
static bool source_fill(FrameSource *source, Input *input)
{
    input->at = 0;
    input->count = capture_reader_next_batch(input->reader, input->ahead, AHEAD_FRAMES);
    source_note_position(source, input);
    if (input->count) {
        source_skip(source, input, input->ahead[0].number);
        return true;
    }
    source_skip(source, input, capture_reader_last_number(input->reader) + 1);
    capture_reader_close(input->reader);
    return false;
}

/* Closes it until its first frame is due; not what cannot be opened a second time. */
static void source_put_off(FrameSource *source, Input *input)
{
    if (!input->size || !strcmp(input->path, "-"))
        return;
    g_clear_pointer(&input->reader, capture_reader_free);
    source->position -= input->position;
    input->position = 0;
    input->is_put_off = true;
}

static void source_begin_input(FrameSource *source, Input *input)
{
    if (!input_open(input))
        return;
    frame_map_set_format(source->map, input->index, capture_reader_format(input->reader));
    source->size += input->size;
    source->is_size_known &= input->size > 0;
    if (!source_fill(source, input))
        return;
    if (source->count > OPEN_AT_FIRST)
        source_put_off(source, input);
    heap_push(&source->heads, input);
}

static void source_begin(FrameSource *source)
{
    source->is_begun = source->is_size_known = true;
    for (guint i = 0; i < source->count && !stop_is_requested(); i++)
        source_begin_input(source, &source->inputs[i]);
}

/* The first head has other frames to come, or none. */
static void source_settle(FrameSource *source, bool has_more)
{
    if (has_more)
        heap_sink_first(&source->heads);
    else
        heap_pop(&source->heads);
}

/* The input whose frame is next; NULL where there is none. */
static Input *source_pick(FrameSource *source)
{
    for (;;) {
        Input *first = heap_first(&source->heads);
        if (!first || !first->is_put_off)
            return first;
        first->is_put_off = false;
        source_settle(source, input_open(first) && source_fill(source, first));
    }
}

static void source_take(FrameSource *source, Input *input, Frame *ret_frame)
{
    *ret_frame = input->ahead[input->at++];
    source_count(source, input, 1);
    ret_frame->number = source->number;
    if (input_is_empty(input))
        return;
    source_skip(source, input, input->ahead[input->at].number);
    heap_sink_first(&source->heads);
}

static unsigned source_next_batch(FrameSource *source, Frame *ret_frames, unsigned max)
{
    unsigned count = 0;
    if (!source->is_begun)
        source_begin(source);
    while (count < max && !stop_is_requested()) {
        Input *next = source_pick(source);
        if (!next)
            break;
        if (!input_is_empty(next)) {
            source_take(source, next, &ret_frames[count++]);
        } else {
            /* reading on would take the bytes of the frames given in this batch away */
            if (count && !capture_reader_is_memory(next->reader))
                break;
            source_settle(source, source_fill(source, next));
        }
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
    return source->map ? source->position : capture_reader_position(source->inputs->reader);
}

uint64_t frame_source_size(const FrameSource *source)
{
    if (!source->map)
        return capture_reader_size(source->inputs->reader);
    return source->is_size_known ? source->size : 0;
}
