#include "flow/lanes.h"

#include <glib.h>
#include <string.h>

/* A hundred times what it costs to wake up a thread; a few trays are filled while another is worked off. */
enum { TRAY_SEGMENTS = 256, TRAYS_MAX = 16, LANES = 2 };

/* How many segments ahead what one will touch is asked for: its slot first, then what the slot leads to, then
 * what that leads to. Each step is long enough for a line to come from memory. */
enum { AHEAD_SLOT = 24, AHEAD_CONNECTION = 16, AHEAD_EVENT = 8 };

/* Of 256 hashes: those of the caller's lane, who has to read and decode as well. */
enum { OWN_SHARE = 88 };

/* How many notes go with a tray: hardly any segment needs one. */
enum { TRAY_NOTES = 32, NOT_NOTED = 0xff };

typedef struct {
    Parcel parcels[TRAY_SEGMENTS];
    unsigned count; /* 0 in a tray handed over: the last one */
    unsigned note_count;
    Note notes[TRAY_NOTES];
} Tray;

typedef struct {
    FlowTable *table;
    Tray *tray;       /* being filled */
    uint32_t *number; /* by index in the table: the first frame; once finished, the stream number */
    uint32_t capacity;
} Lane;

struct Lanes {
    Lane lane[LANES];
    unsigned count;
    uint32_t *order; /* by stream: index in its table, with IN_SECOND; NULL where there is one lane */
    GThread *thread;
    Segment segment;           /* being decoded */
    GAsyncQueue *full, *empty; /* Tray, between the caller and the thread */
    unsigned trays;            /* of the second lane */
};

#define IN_SECOND 0x80000000u

Lanes *lanes_new(uint64_t seed, bool beside)
{
    Lanes *lanes = g_new0(Lanes, 1);
    lanes->count = beside ? LANES : 1;
    for (unsigned i = 0; i < lanes->count; i++) {
        lanes->lane[i].table = flow_table_new(seed);
        lanes->lane[i].tray = g_new(Tray, 1);
        lanes->lane[i].tray->count = lanes->lane[i].tray->note_count = 0;
    }
    lanes->full = g_async_queue_new();
    lanes->empty = g_async_queue_new();
    lanes->trays = 1;
    return lanes;
}

/* The number of a connection that was begun with this frame. */
static void lane_number(Lane *lane, uint32_t index, uint32_t first_frame)
{
    if (index >= lane->capacity) {
        lane->capacity = MAX(1024, 2 * lane->capacity);
        lane->number = g_renew(uint32_t, lane->number, lane->capacity);
    }
    lane->number[index] = first_frame;
}

static void lane_file(Lane *lane, const Tray *tray, const Parcel *parcel, bool numbers)
{
    FlowTable *table = lane->table;
    uint32_t before = flow_table_count(table);
    Connection *connection = flow_table_add_parcel(table, parcel);
    if (numbers && flow_table_count(table) > before)
        lane_number(lane, before, parcel->event.frame);
    if (parcel->note != NOT_NOTED)
        flow_table_note(table, connection, &tray->notes[parcel->note]);
}

/* In the order of the capture. */
static void lane_take(Lane *lane, Tray *tray, bool numbers)
{
    const Parcel *parcels = tray->parcels;
    unsigned count = tray->count;
    for (unsigned i = 0; i < count + AHEAD_SLOT; i++) {
        if (i < count)
            flow_table_prefetch_slot(lane->table, &parcels[i]);
        if (i - (AHEAD_SLOT - AHEAD_CONNECTION) < count)
            flow_table_prefetch_connection(lane->table, &parcels[i - (AHEAD_SLOT - AHEAD_CONNECTION)]);
        if (i - (AHEAD_SLOT - AHEAD_EVENT) < count)
            flow_table_prefetch_event(lane->table, &parcels[i - (AHEAD_SLOT - AHEAD_EVENT)]);
        if (i - AHEAD_SLOT < count)
            lane_file(lane, tray, &parcels[i - AHEAD_SLOT], numbers);
    }
    tray->count = tray->note_count = 0;
}

static gpointer lanes_thread(gpointer data)
{
    Lanes *lanes = data;
    Tray *tray;
    while ((tray = g_async_queue_pop(lanes->full))->count) {
        lane_take(&lanes->lane[1], tray, true);
        g_async_queue_push(lanes->empty, tray);
    }
    g_free(tray);
    flow_table_finish(lanes->lane[1].table);
    return NULL;
}

static Tray *lanes_empty_tray(Lanes *lanes)
{
    Tray *tray =
        lanes->trays < TRAYS_MAX ? g_async_queue_try_pop(lanes->empty) : g_async_queue_pop(lanes->empty);
    if (!tray) {
        tray = g_new(Tray, 1);
        tray->count = tray->note_count = 0;
        lanes->trays++;
    }
    return tray;
}

static void lanes_hand_over(Lanes *lanes)
{
    Lane *lane = &lanes->lane[1];
    if (!lanes->thread)
        lanes->thread = g_thread_new("lane", lanes_thread, lanes);
    g_async_queue_push(lanes->full, lane->tray);
    lane->tray = lanes_empty_tray(lanes);
}

/* The tables use the low bits. */
static inline Lane *lane_of(Lanes *lanes, uint64_t hash)
{
    return &lanes->lane[lanes->count > 1 && hash >> 56 >= OWN_SHARE];
}

Segment *lanes_next(Lanes *lanes)
{
    return &lanes->segment;
}

static uint8_t tray_note(Tray *tray, const Segment *segment, const uint8_t *payload)
{
    if (!note_is_due(segment, payload) || !note_make(&tray->notes[tray->note_count], segment, payload))
        return NOT_NOTED;
    return (uint8_t)tray->note_count++;
}

void lanes_file(Lanes *lanes, const uint8_t *payload)
{
    Parcel filled;
    flow_table_parcel(lanes->lane[0].table, &lanes->segment, &filled);
    Lane *lane = lane_of(lanes, filled.hash);
    Tray *tray = lane->tray;
    Parcel *parcel = &tray->parcels[tray->count++];
    *parcel = filled;
    parcel->note = tray_note(tray, &lanes->segment, payload);
    if (tray->count < TRAY_SEGMENTS && tray->note_count < TRAY_NOTES)
        return;
    if (lane == &lanes->lane[0])
        lane_take(lane, tray, lanes->count > 1);
    else
        lanes_hand_over(lanes);
}

/* Streams begin in the order of their first frames, in each lane and so over both. */
static void lanes_merge(Lanes *lanes)
{
    uint32_t at[LANES] = {0, 0};
    const uint32_t count[LANES] = {flow_table_count(lanes->lane[0].table),
                                   flow_table_count(lanes->lane[1].table)};
    uint32_t *number[LANES] = {lanes->lane[0].number, lanes->lane[1].number};
    lanes->order = g_new(uint32_t, count[0] + count[1]);
    for (uint32_t stream = 0; stream < count[0] + count[1]; stream++) {
        unsigned next =
            at[0] == count[0] || (at[1] < count[1] && number[1][at[1]] < number[0][at[0]]) ? 1 : 0;
        lanes->order[stream] = at[next] | (next ? IN_SECOND : 0);
        number[next][at[next]++] = stream;
    }
}

/* Hands over what is left, and the empty tray that ends the thread. */
static void lanes_stop(Lanes *lanes)
{
    if (lanes->lane[1].tray->count)
        lanes_hand_over(lanes);
    g_async_queue_push(lanes->full, g_steal_pointer(&lanes->lane[1].tray));
}

void lanes_finish(Lanes *lanes)
{
    bool has_thread = lanes->thread;
    if (has_thread)
        lanes_stop(lanes);
    lane_take(&lanes->lane[0], lanes->lane[0].tray, lanes->count > 1);
    if (!has_thread && lanes->count > 1) {
        lane_take(&lanes->lane[1], lanes->lane[1].tray, true);
        flow_table_finish(lanes->lane[1].table);
    }
    flow_table_finish(lanes->lane[0].table);
    if (has_thread)
        g_thread_join(g_steal_pointer(&lanes->thread));
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
    *ret_index = lanes->order ? place & ~IN_SECOND : place;
    return lanes->order && place & IN_SECOND ? 1 : 0;
}

uint32_t lanes_stream(const Lanes *lanes, unsigned lane, uint32_t index)
{
    return lanes->order && index != NO_CONNECTION ? lanes->lane[lane].number[index] : index;
}

unsigned lanes_width(const Lanes *lanes)
{
    return lanes->count;
}

FlowTable *lanes_table(const Lanes *lanes, unsigned lane)
{
    return lanes->lane[lane].table;
}

void lanes_free(Lanes *lanes)
{
    if (!lanes)
        return;
    if (lanes->thread) {
        lanes_stop(lanes);
        g_thread_join(lanes->thread);
    }
    Tray *tray;
    while ((tray = g_async_queue_try_pop(lanes->empty)))
        g_free(tray);
    g_async_queue_unref(lanes->full);
    g_async_queue_unref(lanes->empty);
    for (unsigned i = 0; i < lanes->count; i++) {
        flow_table_free(lanes->lane[i].table);
        g_free(lanes->lane[i].tray);
        g_free(lanes->lane[i].number);
    }
    g_free(lanes->order);
    g_free(lanes);
}
