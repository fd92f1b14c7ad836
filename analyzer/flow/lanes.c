#include "flow/lanes.h"

#include <glib.h>
#include <string.h>

#include "base/beside.h"
#include "flow/arena.h"

/* A tray is a hundred times what it costs to hand one over. */
enum { TRAY_SEGMENTS = 512, TRAYS_MAX = 48, LANE_SHIFT = 62 };

_Static_assert(LANES_MAX == 1 << (64 - LANE_SHIFT), "a lane for each value of the upper bits");

/* The caller works on full trays itself where so many wait that the thread has enough to do, and wakes it up
 * where there are enough to be worth a system call. */
enum { TRAYS_WAITING = 6, TRAYS_WORTH_WAKING = 3 };

/* What segments will touch is asked for ahead, so many of them at a time: their slots first, then what the
 * slots lead to, then what that leads to. Each step is long enough for a line to come from memory. */
enum { STRIDE = 8, STEPS_AHEAD = 3 };

/* How many notes go with a tray: hardly any segment needs one. */
enum { TRAY_NOTES = 32, NOT_NOTED = 0xff };

typedef struct {
    Parcel parcels[TRAY_SEGMENTS];
    Parcel *next; /* where it goes; an empty tray handed over is the last one of its lane */
    Parcel *end;  /* where the tray is full: earlier, once there is no room for a note */
    unsigned note_count;
    Note notes[TRAY_NOTES];
} Tray;

typedef struct {
    Arena *arena; /* the lanes' */
    FlowTable *table;
    Tray *tray;       /* being filled */
    GQueue full;      /* Tray; of whoever holds the mutex */
    bool is_busy;     /* the same: one of the threads works on a tray of it */
    uint32_t *number; /* by index in the table: the first frame; once finished, the stream number */
    uint32_t capacity;
} Lane;

struct Lanes {
    Arena *arena;
    Lane lane[LANES_MAX];
    unsigned count;
    uint32_t *order; /* by stream: its lane, and the index in its table; NULL where there is one lane */
    Beside *beside;  /* NULL until there is enough to do */
    bool is_alone;   /* no thread could be made */

    GMutex mutex; /* of what follows, and of each lane's trays */
    GCond changed;
    GQueue empty;
    unsigned trays, waiting; /* all there are, and those that are full */
    unsigned unfinished;     /* lanes */
    bool is_asleep;          /* one of the threads waits for `changed` */
    bool is_left;            /* nobody wants to know any more */
};

#define INDEX_BITS 30
#define INDEX_MASK ((UINT32_C(1) << INDEX_BITS) - 1)

static void tray_clear(Tray *tray)
{
    tray->next = tray->parcels;
    tray->end = tray->parcels + TRAY_SEGMENTS;
    tray->note_count = 0;
}

static Tray *tray_new(Arena *arena)
{
    Tray *tray = arena_take(arena, sizeof *tray);
    tray_clear(tray);
    return tray;
}

static inline unsigned tray_count(const Tray *tray)
{
    return (unsigned)(tray->next - tray->parcels);
}

Lanes *lanes_new(uint64_t seed, bool beside)
{
    Lanes *lanes = g_new0(Lanes, 1);
    lanes->arena = arena_new();
    lanes->count = lanes->unfinished = lanes->trays = beside ? LANES_MAX : 1;
    for (unsigned i = 0; i < lanes->count; i++) {
        lanes->lane[i].arena = lanes->arena;
        lanes->lane[i].table = flow_table_new(seed, lanes->arena);
        flow_table_set_live_max(lanes->lane[i].table, LIVE_AT_FIRST / lanes->count);
        lanes->lane[i].tray = tray_new(lanes->arena);
        g_queue_init(&lanes->lane[i].full);
    }
    g_mutex_init(&lanes->mutex);
    g_cond_init(&lanes->changed);
    g_queue_init(&lanes->empty);
    return lanes;
}

void lanes_set_numbering(Lanes *lanes, Numbering numbering)
{
    for (unsigned i = 0; i < lanes->count; i++)
        flow_table_set_numbering(lanes->lane[i].table, numbering);
}

/* The number of a connection that was begun with this frame. */
static void lane_number(Lane *lane, uint32_t index, uint32_t first_frame)
{
    if (index == lane->capacity)
        lane->number = arena_grow_list(lane->arena, lane->number, &lane->capacity, sizeof *lane->number);
    lane->number[index] = first_frame;
}

static void lane_file(Lane *lane, const Tray *tray, const Parcel *parcel, Connection *hint, bool numbers)
{
    FlowTable *table = lane->table;
    uint32_t before = flow_table_count(table);
    Connection *connection = flow_table_add_parcel(table, parcel, hint);
    if (numbers && flow_table_count(table) > before)
        lane_number(lane, before, parcel->event.frame);
    if (parcel->note != NOT_NOTED && connection)
        flow_table_note(table, connection, &tray->notes[parcel->note]);
}

/* Where the stride ends that begins at `from`: there where it lies before or behind all segments. */
static inline unsigned stride_end(unsigned from, unsigned count)
{
    return from < count ? MIN(from + STRIDE, count) : from;
}

/* In the order of the capture. */
static void lane_take(Lane *lane, Tray *tray, bool numbers)
{
    const FlowTable *table = lane->table;
    const Parcel *parcels = tray->parcels;
    Connection *hints[TRAY_SEGMENTS];
    unsigned count = tray_count(tray);
    for (unsigned at = 0; at < count + STEPS_AHEAD * STRIDE; at += STRIDE) {
        unsigned from = at;
        for (unsigned i = from; i < stride_end(from, count); i++)
            flow_table_prefetch_slot(table, &parcels[i]);
        from -= STRIDE;
        for (unsigned i = from; i < stride_end(from, count); i++)
            hints[i] = flow_table_look_ahead(table, &parcels[i]);
        /* NOLINTBEGIN(clang-analyzer-core.*): the hints of a stride were set a step or two before */
        from -= STRIDE;
        for (unsigned i = from; i < stride_end(from, count); i++)
            if (hints[i])
                flow_table_prefetch_event(table, hints[i]);
        from -= STRIDE;
        for (unsigned i = from; i < stride_end(from, count); i++)
            lane_file(lane, tray, &parcels[i], hints[i], numbers);
        /* NOLINTEND(clang-analyzer-core.*) */
    }
    tray_clear(tray);
}

/* With the mutex held, as in what follows. Nobody is woken up who does not sleep: that would be a system call
 * a tray. */
static void wait_for_change(Lanes *lanes)
{
    lanes->is_asleep = true;
    g_cond_wait(&lanes->changed, &lanes->mutex);
}

static void tell_change(Lanes *lanes)
{
    if (!lanes->is_asleep)
        return;
    lanes->is_asleep = false;
    g_cond_broadcast(&lanes->changed);
}

/* A lane with a full tray on which nobody works; each thread looks from its own end, so that lanes stay in
 * the cache of one of them. */
static Lane *find_work(Lanes *lanes, bool from_last)
{
    for (unsigned i = 0; i < lanes->count; i++) {
        Lane *lane = &lanes->lane[from_last ? lanes->count - 1 - i : i];
        if (!lane->is_busy && !g_queue_is_empty(&lane->full))
            return lane;
    }
    return NULL;
}

/* With the mutex held, which is given up meanwhile. */
static void work_off_tray(Lanes *lanes, Lane *lane)
{
    Tray *tray = g_queue_pop_head(&lane->full);
    bool is_last = tray_count(tray) == 0;
    lane->is_busy = true;
    lanes->waiting--;
    g_mutex_unlock(&lanes->mutex);
    if (is_last)
        flow_table_finish(lane->table);
    else
        lane_take(lane, tray, true);
    g_mutex_lock(&lanes->mutex);
    lane->is_busy = false;
    lanes->unfinished -= is_last;
    g_queue_push_tail(&lanes->empty, tray);
    tell_change(lanes);
}

/* Until all lanes are finished. With the mutex held. */
static void work(Lanes *lanes, bool from_last)
{
    while (lanes->unfinished && !lanes->is_left) {
        Lane *lane = find_work(lanes, from_last);
        if (lane)
            work_off_tray(lanes, lane);
        else
            wait_for_change(lanes);
    }
    tell_change(lanes);
}

static void lanes_work_beside(void *data)
{
    Lanes *lanes = data;
    g_mutex_lock(&lanes->mutex);
    work(lanes, true);
    g_mutex_unlock(&lanes->mutex);
}

/* With the mutex held. */
static Tray *take_empty_tray(Lanes *lanes)
{
    for (;;) {
        Lane *lane = lanes->waiting > TRAYS_WAITING ? find_work(lanes, false) : NULL;
        if (lane)
            work_off_tray(lanes, lane);
        else if (!g_queue_is_empty(&lanes->empty))
            return g_queue_pop_tail(&lanes->empty);
        else if (lanes->trays == TRAYS_MAX)
            wait_for_change(lanes);
        else
            break;
    }
    lanes->trays++;
    return tray_new(lanes->arena);
}

/* With the mutex held. */
static void hand_over(Lanes *lanes, Lane *lane, Tray *tray)
{
    g_queue_push_tail(&lane->full, tray);
    lanes->waiting++;
    if (lanes->waiting >= TRAYS_WORTH_WAKING || tray_count(tray) == 0) /* the last one */
        tell_change(lanes);
}

/* Made when the first tray is full; where that cannot be, the caller does all. */
static bool lanes_have_thread(Lanes *lanes)
{
    if (lanes->count > 1 && !lanes->beside && !lanes->is_alone) {
        lanes->beside = beside_begin("lane", lanes_work_beside, lanes);
        lanes->is_alone = !lanes->beside;
    }
    return lanes->beside;
}

static void lanes_hand_over(Lanes *lanes, Lane *lane)
{
    g_mutex_lock(&lanes->mutex);
    hand_over(lanes, lane, lane->tray);
    lane->tray = take_empty_tray(lanes);
    g_mutex_unlock(&lanes->mutex);
}

/* Its tray is full. Not inlined, nor is lanes_file(): what either keeps in registers would cost the other's
 * loop its own. */
G_NO_INLINE static void lane_ship(Lanes *lanes, Lane *lane)
{
    if (lanes_have_thread(lanes))
        lanes_hand_over(lanes, lane);
    else
        lane_take(lane, lane->tray, lanes->count > 1);
}

/* Of the segment in the last slot, if there is something to note. */
static void tray_note(Tray *tray, const Segment *segment, const uint8_t *payload)
{
    if (!note_make(&tray->notes[tray->note_count], segment, payload))
        return;
    tray->next[-1].note = (uint8_t)tray->note_count++;
    if (tray->note_count == TRAY_NOTES)
        tray->end = tray->next;
}

/* The upper bits of the hash say which lane, as the tables use the low ones. */
G_NO_INLINE void lanes_file(Lanes *lanes, const Segment *segments, const uint8_t *const *payloads,
                            unsigned count)
{
    const TupleKey key = flow_table_key(lanes->lane[0].table);
    const unsigned mask = lanes->count - 1;
    for (unsigned i = 0; i < count; i++) {
        const Segment *segment = &segments[i];
        const uint64_t hash = tuple_hash(segment, key);
        Lane *lane = &lanes->lane[hash >> LANE_SHIFT & mask];
        Tray *tray = lane->tray;
        Parcel *parcel = tray->next++;
        parcel_fill(parcel, segment, hash);
        parcel->note = NOT_NOTED;
        if (note_is_due(segment))
            tray_note(tray, segment, payloads[i]);
        if (tray->next == tray->end)
            lane_ship(lanes, lane);
    }
}

/* The first frame of a lane's next stream, and the lane in the low bits; beyond all others where there is no
 * stream left. */
static inline uint64_t lane_head(const Lanes *lanes, unsigned lane, uint32_t at)
{
    const Lane *one = &lanes->lane[lane];
    return at < flow_table_count(one->table) ? (uint64_t)one->number[at] * LANES_MAX + lane : UINT64_MAX;
}

/* Streams begin in the order of their first frames, in each lane and so over all. The least of the heads is
 * found without a branch: nobody could predict which lane it is. */
static void lanes_merge(Lanes *lanes)
{
    _Static_assert(LANES_MAX == 4, "as many as are compared");
    uint32_t at[LANES_MAX] = {0}, count = lanes_count(lanes);
    uint64_t head[LANES_MAX];
    for (unsigned i = 0; i < LANES_MAX; i++)
        head[i] = lane_head(lanes, i, 0);
    lanes->order = arena_take(lanes->arena, count * sizeof *lanes->order);
    for (uint32_t stream = 0; stream < count; stream++) {
        unsigned first = MIN(MIN(head[0], head[1]), MIN(head[2], head[3])) % LANES_MAX;
        lanes->order[stream] = at[first] | first << INDEX_BITS;
        lanes->lane[first].number[at[first]++] = stream;
        head[first] = lane_head(lanes, first, at[first]);
    }
}

/* What is left in the trays, and an empty one that ends the lane. */
static void finish_beside(Lanes *lanes)
{
    g_mutex_lock(&lanes->mutex);
    for (unsigned i = 0; i < lanes->count; i++) {
        Lane *lane = &lanes->lane[i];
        if (tray_count(lane->tray))
            hand_over(lanes, lane, lane->tray);
        hand_over(lanes, lane, tray_new(lanes->arena));
    }
    work(lanes, false);
    g_mutex_unlock(&lanes->mutex);
    beside_end(g_steal_pointer(&lanes->beside));
}

static void finish_alone(Lanes *lanes)
{
    for (unsigned i = 0; i < lanes->count; i++) {
        lane_take(&lanes->lane[i], lanes->lane[i].tray, lanes->count > 1);
        flow_table_finish(lanes->lane[i].table);
    }
}

void lanes_finish(Lanes *lanes)
{
    if (lanes->beside)
        finish_beside(lanes);
    else
        finish_alone(lanes);
    if (lanes->count > 1)
        lanes_merge(lanes);
}

uint32_t lanes_count(const Lanes *lanes)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < lanes->count; i++)
        count += flow_table_count(lanes->lane[i].table);
    return count;
}

unsigned lanes_find(const Lanes *lanes, uint32_t stream, uint32_t *ret_index)
{
    uint32_t place = lanes->order ? lanes->order[stream] : stream;
    *ret_index = lanes->order ? place & INDEX_MASK : place;
    return lanes->order ? place >> INDEX_BITS : 0;
}

uint32_t lanes_stream(const Lanes *lanes, unsigned lane, uint32_t index)
{
    return lanes->order && index != NO_CONNECTION ? lanes->lane[lane].number[index] : index;
}

Arena *lanes_arena(const Lanes *lanes)
{
    return lanes->arena;
}

unsigned lanes_width(const Lanes *lanes)
{
    return lanes->count;
}

FlowTable *lanes_table(const Lanes *lanes, unsigned lane)
{
    return lanes->lane[lane].table;
}

static void leave_thread(Lanes *lanes)
{
    g_mutex_lock(&lanes->mutex);
    lanes->is_left = true;
    tell_change(lanes);
    g_mutex_unlock(&lanes->mutex);
    beside_end(lanes->beside);
}

void lanes_free(Lanes *lanes)
{
    if (!lanes)
        return;
    if (lanes->beside)
        leave_thread(lanes);
    for (unsigned i = 0; i < lanes->count; i++) {
        flow_table_free(lanes->lane[i].table);
        g_queue_clear(&lanes->lane[i].full);
    }
    g_queue_clear(&lanes->empty);
    g_mutex_clear(&lanes->mutex);
    g_cond_clear(&lanes->changed);
    arena_free(lanes->arena);
    g_free(lanes);
}
