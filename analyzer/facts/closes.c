#include "facts/closes.h"

#include <stdlib.h>
#include <string.h>

#include "facts/exchange.h"

/* Whose they are: `a` is the server, or the client where only its closes count; `b` the client, 0 where the
 * server's count. */
typedef enum {
    CLOSED_BY_SERVER, /* times */
    CLOSED_BY_CLIENT, /* of `a`, whatever the server */
    WAITED_AT_SERVER, /* the same, of those where somebody waited */
    WAITED_AT_CLIENT,
    IDLE_OF_SERVER,    /* idle times */
    WAITING_OF_SERVER, /* how long somebody waited */
    WAITING_OF_CLIENT,
    IDLE_CLOSED,   /* times of the server's closes of this client's idle connections */
    STARTED,       /* times when such a client opened another one */
    TAKEN_OVER,    /* of IDLE_CLOSED, those right after a STARTED */
    SURVIVED,      /* idle times */
    SILENT_CLOSED, /* times */
    EMPTY_STARTED, /* times */
} CloseKind;

static int64_t find_survived_ns(const History *history)
{
    const int64_t idle_ns = history->exchange.end[SIDE_CLIENT].longest_idle_ns;
    return idle_ns >= CLOSES_IDLE_MIN_NS ? idle_ns : -1;
}

static void tell_close(const History *history, const Close *close, CloseStory *story)
{
    const ExchangeEnd *client = &history->exchange.end[SIDE_CLIENT];
    Waiting waiting = {0};
    story->is_closed = true;
    story->closer = (uint8_t)close->side;
    story->time_ns = close->time_ns;
    const bool is_waiting = exchange_waiting(history, SIDE_CLIENT, &waiting) && waiting.end > waiting.begin &&
                            client->last_ns <= close->time_ns;
    const int64_t waiting_ns = MAX(close->time_ns - client->last_ns, 0);
    const bool may_be_goodbye =
        waiting.end - waiting.begin <= CLOSES_GOODBYE_BYTES && waiting_ns < CLOSES_GOODBYE_NS;
    if (is_waiting && !may_be_goodbye &&
        (close->side == SIDE_CLIENT || exchange_waits_at(history, close, SIDE_CLIENT)))
        story->waiting_ns = waiting_ns;
    story->is_crossed = close->side == SIDE_SERVER && exchange_crosses(history, close);
    const bool may_be_idle = close->side == SIDE_SERVER && story->waiting_ns < 0;
    const int64_t idle_ns = may_be_idle ? exchange_idle_ns(history, close) : -1;
    if (idle_ns >= CLOSES_PAUSE_NS)
        story->idle_ns = idle_ns;
}

bool close_story(const History *history, CloseStory *ret_story)
{
    const HistorySide *server = &history->side[SIDE_SERVER];
    Close close;
    CloseStory story = {.start_ns = history->start_ns, .idle_ns = -1, .waiting_ns = -1, .survived_ns = -1};
    if (!exchange_is_whole(history))
        return false;
    story.survived_ns = find_survived_ns(history);
    if (exchange_close(history, &close))
        tell_close(history, &close, &story);
    story.is_silent = story.is_closed && story.closer == SIDE_SERVER && !server->data_bytes &&
                      history->handshake != HANDSHAKE_NONE;
    story.is_empty =
        server->syn_ack && !server->data_bytes && !history->side[SIDE_CLIENT].data_bytes && story.is_closed;
    *ret_story = story;
    return close_story_counts(&story) || story.survived_ns >= 0 || story.is_empty;
}

/* The finalizer of splitmix64, over both halves. */
uint32_t closes_client(const Address *client)
{
    uint64_t half[2], hash = 0;
    uint32_t address;
    if (client->version == 4) {
        memcpy(&address, client->bytes, sizeof address);
        return address;
    }
    memcpy(half, client->bytes, sizeof half);
    for (unsigned i = 0; i < 2; i++) {
        hash = (hash ^ half[i]) + 0x9e3779b97f4a7c15u;
        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
    }
    return (uint32_t)(hash ^ (hash >> 32));
}

void closes_clear(Closes *closes)
{
    tally_list_clear(&closes->tallies);
}

static void add(Closes *closes, CloseKind kind, uint32_t a, uint32_t b, int64_t value)
{
    tally_list_add(&closes->tallies, kind, a, b, value);
}

static void note_close(Closes *closes, const CloseStory *story, uint32_t server, uint32_t client)
{
    const bool is_server = story->closer == SIDE_SERVER;
    const uint32_t whose = is_server ? 0 : client;
    const bool is_old = close_story_is_old(story);
    if (is_old)
        add(closes, is_server ? CLOSED_BY_SERVER : CLOSED_BY_CLIENT, is_server ? server : client, 0,
            story->time_ns);
    if (is_old && (story->waiting_ns >= 0 || story->is_crossed))
        add(closes, is_server ? WAITED_AT_SERVER : WAITED_AT_CLIENT, is_server ? server : client, 0,
            story->time_ns);
    if (story->waiting_ns >= 0)
        add(closes, is_server ? WAITING_OF_SERVER : WAITING_OF_CLIENT, server, whose, story->waiting_ns);
    if (story->idle_ns < 0)
        return;
    add(closes, IDLE_OF_SERVER, server, 0, story->idle_ns);
    if (!story->is_crossed) {
        add(closes, IDLE_CLOSED, server, client, story->time_ns);
        closes->has_idle = true;
    }
}

void closes_note(Closes *closes, const CloseStory *story, uint32_t server, uint32_t client)
{
    if (close_story_counts(story))
        note_close(closes, story, server, client);
    if (story->survived_ns >= 0)
        add(closes, SURVIVED, server, 0, story->survived_ns);
    if (story->is_silent)
        add(closes, SILENT_CLOSED, server, 0, story->time_ns);
    if (story->is_empty)
        add(closes, EMPTY_STARTED, server, client, story->start_ns);
}

void closes_sort(Closes *closes)
{
    tally_list_sort(&closes->tallies);
}

static const Tally *find_all(const Closes *closes, CloseKind kind, uint32_t a, uint32_t b,
                             uint32_t *ret_count)
{
    return tally_list_find(&closes->tallies, (Tally){.kind = kind, .a = a, .b = b}, INT64_MIN, INT64_MAX,
                           ret_count);
}

static uint32_t count_within(const Closes *closes, CloseKind kind, uint32_t a, uint32_t b, int64_t low,
                             int64_t high)
{
    return tally_list_count(&closes->tallies, (Tally){.kind = kind, .a = a, .b = b}, low, high);
}

bool closes_wants(const Closes *closes, uint32_t server, uint32_t client)
{
    return count_within(closes, IDLE_CLOSED, server, client, INT64_MIN, INT64_MAX);
}

void closes_note_start(Closes *closes, uint32_t server, uint32_t client, int64_t start_ns)
{
    add(closes, STARTED, server, client, start_ns);
}

static bool has_start_before(const Closes *closes, uint32_t server, uint32_t client, int64_t time_ns)
{
    return count_within(closes, STARTED, server, client, time_ns - CLOSES_TOGETHER_NS, time_ns) > 0;
}

void closes_finish(Closes *closes)
{
    if (!closes->has_idle)
        return;
    closes_sort(closes);
    TallyList taken = {0};
    for (uint32_t i = 0; i < closes->tallies.count; i++) {
        const Tally *tally = &closes->tallies.tallies[i];
        if (tally->kind == IDLE_CLOSED && has_start_before(closes, tally->a, tally->b, tally->value))
            tally_list_add(&taken, TAKEN_OVER, tally->a, tally->b, tally->value);
    }
    for (uint32_t i = 0; i < taken.count; i++)
        add(closes, TAKEN_OVER, taken.tallies[i].a, taken.tallies[i].b, taken.tallies[i].value);
    tally_list_clear(&taken);
    closes_sort(closes);
}

Agreement closes_together(const Closes *closes, const CloseStory *story, uint32_t server, uint32_t client)
{
    const bool is_server = story->closer == SIDE_SERVER;
    const uint32_t whose = is_server ? server : client;
    const int64_t low = story->time_ns - CLOSES_TOGETHER_NS, high = story->time_ns + CLOSES_TOGETHER_NS;
    return (Agreement){
        count_within(closes, is_server ? CLOSED_BY_SERVER : CLOSED_BY_CLIENT, whose, 0, low, high),
        count_within(closes, is_server ? WAITED_AT_SERVER : WAITED_AT_CLIENT, whose, 0, low, high),
    };
}

/* Of those that are `least` or more. */
static Agreement agreement(const Closes *closes, CloseKind kind, uint32_t a, uint32_t b, int64_t value,
                           int64_t least)
{
    const int64_t slack = MAX(value / 20, CLOSES_SLACK_NS);
    return (Agreement){
        count_within(closes, kind, a, b, least, INT64_MAX),
        count_within(closes, kind, a, b, MAX(value - slack, least), value + slack),
    };
}

Agreement closes_idle(const Closes *closes, const CloseStory *story, uint32_t server)
{
    return agreement(closes, IDLE_OF_SERVER, server, 0, story->idle_ns,
                     story->idle_ns < CLOSES_IDLE_MIN_NS ? 0 : CLOSES_IDLE_MIN_NS);
}

Agreement closes_waiting(const Closes *closes, const CloseStory *story, uint32_t server, uint32_t client)
{
    const bool is_server = story->closer == SIDE_SERVER;
    return agreement(closes, is_server ? WAITING_OF_SERVER : WAITING_OF_CLIENT, server,
                     is_server ? 0 : client, story->waiting_ns, 0);
}

int64_t closes_survived_ns(const Closes *closes, uint32_t server)
{
    uint32_t count;
    const Tally *all = find_all(closes, SURVIVED, server, 0, &count);
    return count ? all[count - 1].value : -1;
}

int64_t closes_idle_mode_ns(const Closes *closes, uint32_t server, uint32_t *ret_count)
{
    uint32_t count, best = 0, best_at = 0;
    const Tally *all = tally_list_find(&closes->tallies, (Tally){.kind = IDLE_OF_SERVER, .a = server},
                                       CLOSES_IDLE_MIN_NS, INT64_MAX, &count);
    for (uint32_t i = 0, last = 0; i < count; i++) {
        while (last < count && all[last].value <= all[i].value + all[i].value / 20)
            last++;
        if (last - i > best) {
            best = last - i;
            best_at = i;
        }
    }
    *ret_count = best;
    return best >= 3 && best * 2 > count ? all[best_at + best / 2].value : -1;
}

uint32_t closes_silent(const Closes *closes, uint32_t server)
{
    return count_within(closes, SILENT_CLOSED, server, 0, INT64_MIN, INT64_MAX);
}

/* A few of those around it are looked at: the time between two of them in the middle, if most agree with it
 * within a fifth. */
#define EMPTY_AROUND 8

static int compare_ns(const void *left, const void *right)
{
    const int64_t x = *(const int64_t *)left, y = *(const int64_t *)right;
    return (x > y) - (x < y);
}

static int64_t find_period_ns(const Tally *all, uint32_t count)
{
    int64_t apart_ns[2 * EMPTY_AROUND];
    uint32_t periodic = 0;
    for (uint32_t i = 0; i + 1 < count; i++)
        apart_ns[i] = all[i + 1].value - all[i].value;
    if (count < 3)
        return -1;
    qsort(apart_ns, count - 1, sizeof *apart_ns, compare_ns);
    const int64_t period_ns = apart_ns[(count - 1) / 2];
    for (uint32_t i = 0; i + 1 < count; i++)
        periodic += apart_ns[i] >= period_ns - period_ns / 5 && apart_ns[i] <= period_ns + period_ns / 5;
    return periodic * 3 >= (count - 1) * 2 ? period_ns : -1;
}

uint32_t closes_empty(const Closes *closes, const CloseStory *story, uint32_t server, uint32_t client,
                      int64_t *ret_period_ns)
{
    uint32_t count;
    const Tally *all = find_all(closes, EMPTY_STARTED, server, client, &count);
    const uint32_t before =
        count_within(closes, EMPTY_STARTED, server, client, INT64_MIN, story->start_ns - 1);
    const uint32_t begin = before > EMPTY_AROUND ? before - EMPTY_AROUND : 0;
    *ret_period_ns = find_period_ns(all + begin, MIN(count - begin, 2 * EMPTY_AROUND + 1));
    return count;
}

Agreement closes_takeovers(const Closes *closes, uint32_t server, uint32_t client, uint32_t *ret_starts)
{
    *ret_starts = count_within(closes, STARTED, server, client, INT64_MIN, INT64_MAX);
    return (Agreement){
        count_within(closes, IDLE_CLOSED, server, client, INT64_MIN, INT64_MAX),
        count_within(closes, TAKEN_OVER, server, client, INT64_MIN, INT64_MAX),
    };
}

int64_t closes_taken_over_by_ns(const Closes *closes, const CloseStory *story, uint32_t server,
                                uint32_t client)
{
    uint32_t count;
    const Tally *starts =
        tally_list_find(&closes->tallies, (Tally){.kind = STARTED, .a = server, .b = client},
                        story->time_ns - CLOSES_TOGETHER_NS, story->time_ns, &count);
    return count && starts[count - 1].value > story->start_ns ? starts[count - 1].value : -1;
}
