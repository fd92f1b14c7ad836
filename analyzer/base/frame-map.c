/* Runs as pairs of variable-length numbers (seven bits a byte, low ones first), twice: in one list for all
 * files, the file and how many frames in a row are its next; and in one for each file, how many frames of
 * others lie before the run, and its length. Every so many runs a mark keeps how far a list was, so that a
 * look-up bisects the marks of two lists and reads on from there, however many files there are. */
#include "base/frame-map.h"

#define RUNS_A_MARK     64
#define TITLE_FILES_MAX 3

typedef struct {
    uint64_t before; /* frames of the joined capture before the next pair */
    uint64_t own;    /* in a file's list: those of the file */
    size_t offset;   /* of that pair */
} Mark;

typedef struct {
    guint8 *bytes;
    size_t length, capacity;
    GArray *marks; /* of Mark */
    size_t count;  /* pairs */
} RunList;

typedef struct {
    FrameMapFile shown;
    RunList runs;
    uint64_t end; /* of its last run, in the joined capture */
    uint64_t own; /* its frames in `runs` */
} File;

struct FrameMap {
    GPtrArray *files; /* of File */
    char *title;
    RunList runs;
    uint64_t total;  /* frames in `runs` */
    guint open_file; /* of the run that is not yet in the lists */
    uint64_t open_length;
};

static void run_list_init(RunList *list)
{
    *list = (RunList){.marks = g_array_new(FALSE, FALSE, sizeof(Mark))};
}

static void run_list_clear(RunList *list)
{
    g_free(list->bytes);
    g_array_unref(list->marks);
}

static void write_number(RunList *list, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        list->bytes[list->length++] = (guint8)(number | 0x80);
    list->bytes[list->length++] = (guint8)number;
}

static void run_list_add(RunList *list, uint64_t before, uint64_t own, uint64_t first, uint64_t second)
{
    enum { PAIR_BYTES_MAX = 20 };
    if (list->count++ % RUNS_A_MARK == 0) {
        const Mark mark = {.before = before, .own = own, .offset = list->length};
        g_array_append_val(list->marks, mark);
    }
    if (list->capacity - list->length < PAIR_BYTES_MAX) {
        list->capacity = list->capacity ? list->capacity * 2 : 256;
        list->bytes = g_realloc(list->bytes, list->capacity);
    }
    write_number(list, first);
    write_number(list, second);
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

/* The last mark with fewer than `number` frames before it; the first has none, so there is one. */
static const Mark *run_list_find(const RunList *list, uint64_t number)
{
    guint low = 0, high = list->marks->len;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(list->marks, Mark, middle).before < number)
            low = middle;
        else
            high = middle;
    }
    return &g_array_index(list->marks, Mark, low);
}

static void file_free(gpointer data)
{
    File *file = data;
    g_free(file->shown.path);
    g_free(file->shown.name);
    g_free(file->shown.format);
    run_list_clear(&file->runs);
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
        File *file = g_new0(File, 1);
        g_autofree char *name = g_path_get_basename(paths[i]);
        bool is_unique = GPOINTER_TO_UINT(g_hash_table_lookup(seen, name)) == 1;
        file->shown.path = g_strdup(paths[i]);
        file->shown.name = g_strdup(is_unique ? name : paths[i]);
        run_list_init(&file->runs);
        g_ptr_array_add(map->files, file);
    }
}

FrameMap *frame_map_new(char *const *paths)
{
    FrameMap *map = g_new0(FrameMap, 1);
    map->files = g_ptr_array_new_with_free_func(file_free);
    add_files(map, paths);
    map->title = make_title(paths);
    run_list_init(&map->runs);
    return map;
}

void frame_map_free(FrameMap *map)
{
    if (!map)
        return;
    g_ptr_array_unref(map->files);
    run_list_clear(&map->runs);
    g_free(map->title);
    g_free(map);
}

static File *get_file(const FrameMap *map, guint file)
{
    return map->files->pdata[file];
}

void frame_map_set_format(FrameMap *map, guint file, const char *format)
{
    FrameMapFile *one = &get_file(map, file)->shown;
    g_free(one->format);
    one->format = g_strdup(format);
}

static void close_run(FrameMap *map)
{
    if (!map->open_length)
        return;
    File *file = get_file(map, map->open_file);
    run_list_add(&map->runs, map->total, 0, map->open_file, map->open_length);
    run_list_add(&file->runs, file->end, file->own, map->total - file->end, map->open_length);
    map->total += map->open_length;
    file->end = map->total;
    file->own += map->open_length;
    map->open_length = 0;
}

void frame_map_add(FrameMap *map, guint file, uint64_t count)
{
    if (file != map->open_file)
        close_run(map);
    map->open_file = file;
    map->open_length += count;
    get_file(map, file)->shown.frames += count;
}

/* The file that has frame `number` of the joined capture. */
static guint find_file(const FrameMap *map, uint64_t number)
{
    const Mark *mark = run_list_find(&map->runs, number);
    const guint8 *at = map->runs.bytes + mark->offset;
    for (uint64_t before = mark->before;;) {
        guint file = (guint)read_number(&at);
        before += read_number(&at);
        if (number <= before)
            return file;
    }
}

/* Which of the file's frames it is. */
static uint64_t find_frame(const File *file, uint64_t number)
{
    const Mark *mark = run_list_find(&file->runs, number);
    const guint8 *at = file->runs.bytes + mark->offset;
    uint64_t before = mark->before, own = mark->own;
    for (;;) {
        before += read_number(&at);
        uint64_t length = read_number(&at);
        if (number <= before + length)
            return own + (number - before);
        before += length;
        own += length;
    }
}

bool frame_map_find(const FrameMap *map, uint64_t number, guint *ret_file, uint64_t *ret_frame)
{
    if (!number || number > map->total + map->open_length)
        return false;
    bool is_open = number > map->total;
    *ret_file = is_open ? map->open_file : find_file(map, number);
    const File *file = get_file(map, *ret_file);
    *ret_frame = is_open ? file->own + (number - map->total) : find_frame(file, number);
    return true;
}

guint frame_map_file_count(const FrameMap *map)
{
    return map->files->len;
}

const FrameMapFile *frame_map_file(const FrameMap *map, guint file)
{
    return &get_file(map, file)->shown;
}

const char *frame_map_title(const FrameMap *map)
{
    return map->title;
}
