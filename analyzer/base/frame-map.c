/* Runs as pairs of variable-length numbers (seven bits a byte, low ones first): the file, and how many frames
 * in a row are its next. Every so many runs a mark keeps how far each file was, so that a look-up reads from
 * the mark on. Marks are the rarer the more files there are, since each holds a number a file. */
#include "base/frame-map.h"

#define RUNS_A_MARK          256
#define RUNS_A_MARK_PER_FILE 32
#define TITLE_FILES_MAX      3

typedef struct {
    uint64_t before; /* frames of the joined capture before the next run */
    guint offset;    /* of that run */
} Mark;

struct FrameMap {
    GPtrArray *files; /* of FrameMapFile */
    char *title;
    GByteArray *runs;
    GArray *marks;     /* of Mark */
    GArray *marked;    /* uint64_t: frames of each file before, for each mark */
    uint64_t *written; /* frames of each file in `runs` */
    uint64_t total;    /* frames in `runs` */
    guint run_count;
    guint open_file; /* of the run that is not yet in `runs` */
    uint64_t open_length;
};

static void file_free(gpointer data)
{
    FrameMapFile *file = data;
    g_free(file->path);
    g_free(file->name);
    g_free(file->format);
    g_free(file);
}

static char *make_title(char *const *paths)
{
    guint count = g_strv_length((char **)paths);
    if (count <= TITLE_FILES_MAX)
        return g_strjoinv(" + ", (char **)paths);
    return g_strdup_printf("%s + %u more", paths[0], count - 1);
}

static void add_files(FrameMap *map, char *const *paths)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; paths[i]; i++) {
        char *name = g_path_get_basename(paths[i]);
        guint times = GPOINTER_TO_UINT(g_hash_table_lookup(seen, name));
        g_hash_table_insert(seen, name, GUINT_TO_POINTER(times + 1));
    }
    for (guint i = 0; paths[i]; i++) {
        FrameMapFile *file = g_new0(FrameMapFile, 1);
        g_autofree char *name = g_path_get_basename(paths[i]);
        bool is_unique = GPOINTER_TO_UINT(g_hash_table_lookup(seen, name)) == 1;
        file->path = g_strdup(paths[i]);
        file->name = g_strdup(is_unique ? name : paths[i]);
        g_ptr_array_add(map->files, file);
    }
}

FrameMap *frame_map_new(char *const *paths)
{
    FrameMap *map = g_new0(FrameMap, 1);
    map->files = g_ptr_array_new_with_free_func(file_free);
    add_files(map, paths);
    map->title = make_title(paths);
    map->runs = g_byte_array_new();
    map->marks = g_array_new(FALSE, FALSE, sizeof(Mark));
    map->marked = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    map->written = g_new0(uint64_t, map->files->len);
    return map;
}

void frame_map_free(FrameMap *map)
{
    if (!map)
        return;
    g_ptr_array_unref(map->files);
    g_byte_array_unref(map->runs);
    g_array_unref(map->marks);
    g_array_unref(map->marked);
    g_free(map->written);
    g_free(map->title);
    g_free(map);
}

void frame_map_set_format(FrameMap *map, guint file, const char *format)
{
    FrameMapFile *one = map->files->pdata[file];
    g_free(one->format);
    one->format = g_strdup(format);
}

static void write_number(GByteArray *out, uint64_t number)
{
    guint8 bytes[10];
    guint length = 0;
    for (; number >= 0x80; number >>= 7)
        bytes[length++] = (guint8)(number | 0x80);
    bytes[length++] = (guint8)number;
    g_byte_array_append(out, bytes, length);
}

static uint64_t read_number(const guint8 **at)
{
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        guint8 byte = *(*at)++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
}

static void close_run(FrameMap *map)
{
    if (!map->open_length)
        return;
    if (map->run_count++ % (RUNS_A_MARK + RUNS_A_MARK_PER_FILE * map->files->len) == 0) {
        const Mark mark = {.before = map->total, .offset = map->runs->len};
        g_array_append_val(map->marks, mark);
        g_array_append_vals(map->marked, map->written, map->files->len);
    }
    write_number(map->runs, map->open_file);
    write_number(map->runs, map->open_length);
    map->written[map->open_file] += map->open_length;
    map->total += map->open_length;
    map->open_length = 0;
}

void frame_map_add(FrameMap *map, guint file, uint64_t count)
{
    if (file != map->open_file)
        close_run(map);
    map->open_file = file;
    map->open_length += count;
    ((FrameMapFile *)map->files->pdata[file])->frames += count;
}

/* The last mark with fewer than `number` frames before it; the first has none, so there is one. */
static guint find_mark(const FrameMap *map, uint64_t number)
{
    guint low = 0, high = map->marks->len;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(map->marks, Mark, middle).before < number)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool frame_map_find(const FrameMap *map, uint64_t number, guint *ret_file, uint64_t *ret_frame)
{
    if (!number || number > map->total + map->open_length)
        return false;
    if (number > map->total) {
        *ret_file = map->open_file;
        *ret_frame = map->written[map->open_file] + (number - map->total);
        return true;
    }
    guint mark = find_mark(map, number);
    uint64_t before = g_array_index(map->marks, Mark, mark).before;
    const guint8 *first = map->runs->data + g_array_index(map->marks, Mark, mark).offset, *at = first;
    guint file;
    uint64_t length;
    for (;; before += length) {
        file = (guint)read_number(&at);
        length = read_number(&at);
        if (number <= before + length)
            break;
    }
    /* again, and this time what the same file had before */
    uint64_t frame = g_array_index(map->marked, uint64_t, (gsize)mark * map->files->len + file);
    for (const guint8 *again = first; again < at;) {
        guint other = (guint)read_number(&again);
        uint64_t frames = read_number(&again);
        if (other == file && again < at)
            frame += frames;
    }
    *ret_file = file;
    *ret_frame = frame + (number - before);
    return true;
}

guint frame_map_file_count(const FrameMap *map)
{
    return map->files->len;
}

const FrameMapFile *frame_map_file(const FrameMap *map, guint file)
{
    return map->files->pdata[file];
}

const char *frame_map_title(const FrameMap *map)
{
    return map->title;
}
