/* Gathers what connections witness for each other. */
#include "facts/witnesses.h"

#include <string.h>

#include "base/bounds.h"
#include "base/prefetch.h"
#include "facts/endpoints.h"
#include "facts/queues.h"

typedef struct {
    ListenerSummary summary;
    uint32_t idle_count;
    int64_t idle_ns;
} Listener;

/* A client that tried in vain. Nearly all of them tried one port only. */
typedef struct {
    uint32_t ports; /* how many */
    uint16_t first_port;
} FailedClient;

/* A time that belongs to a listener: sorted, they answer for each listener how many lie in a range. */
typedef struct {
    int64_t time_ns;
    uint32_t listener;
} ListenerTime;

struct FactContext {
    Arena *arena, *own_arena;
    Witness **noted; /* by stream */
    uint32_t noted_count, noted_capacity;
    GPtrArray *own; /* Witness: those that are not the caller's */
    EndpointTable by_endpoint;
    GArray *listeners;          /* Listener, by number in by_endpoint */
    EndpointTable failed;       /* clients (port 0) that tried in vain */
    GArray *failed_clients;     /* FailedClient, by number in `failed` */
    EndpointTable failed_pairs; /* a client's address with a port that it tried in vain, but for its first */
    Closes closes;
    Queues queues;
    GArray *silent_resets; /* ListenerTime, sorted once all are noted */
    int64_t first_ns, last_ns;
    bool cut;
    bool is_alone;  /* fact_context_new_alone() */
    unsigned asked; /* ASKED_… */
};

FactContext *fact_context_new_alone(void)
{
    FactContext *context = fact_context_new(NULL);
    context->is_alone = true;
    return context;
}

unsigned fact_context_take_asked(FactContext *context)
{
    unsigned asked = context->asked;
    context->asked = 0;
    return asked;
}

static bool is_asked_alone(const FactContext *context, unsigned what)
{
    if (context->is_alone)
        ((FactContext *)context)->asked |= what;
    return context->is_alone;
}

/* What is said of others where nothing is known of them, is said for nobody to believe. */
static bool knows_nobody(const FactContext *context)
{
    return is_asked_alone(context, ASKED_MORE);
}

FactContext *fact_context_new(Arena *arena)
{
    FactContext *context = g_new0(FactContext, 1);
    context->own_arena = arena ? NULL : arena_new();
    context->arena = arena ? arena : context->own_arena;
    context->own = g_ptr_array_new_with_free_func(g_free);
    endpoint_table_init(&context->by_endpoint);
    endpoint_table_init(&context->failed);
    endpoint_table_init(&context->failed_pairs);
    context->listeners = g_array_new(FALSE, TRUE, sizeof(Listener));
    context->failed_clients = g_array_new(FALSE, TRUE, sizeof(FailedClient));
    context->silent_resets = g_array_new(FALSE, FALSE, sizeof(ListenerTime));
    queues_init(&context->queues);
    return context;
}

void fact_context_free(FactContext *context)
{
    if (!context)
        return;
    endpoint_table_clear(&context->by_endpoint);
    endpoint_table_clear(&context->failed);
    endpoint_table_clear(&context->failed_pairs);
    g_array_unref(context->listeners);
    g_array_unref(context->failed_clients);
    g_array_unref(context->silent_resets);
    closes_clear(&context->closes);
    queues_clear(&context->queues);
    g_ptr_array_unref(context->own);
    arena_free(context->own_arena);
    g_free(context);
}

void fact_context_expect(FactContext *context, uint32_t streams)
{
    context->noted = arena_take(context->arena, streams * sizeof *context->noted);
    context->noted_capacity = streams;
}

static Witness *noted_get(const FactContext *context, uint32_t stream)
{
    return context->noted[stream];
}

static Listener *listener_get(const FactContext *context, uint32_t index)
{
    return &g_array_index(context->listeners, Listener, index);
}

uint32_t fact_context_listener_number(FactContext *context, const Address *server, uint16_t port)
{
    uint32_t number = endpoint_table_add(&context->by_endpoint, server, port);
    if (number == context->listeners->len) {
        Listener listener = {.idle_ns = -1};
        listener.summary.last_refused_ns = listener.summary.last_answered_ns = INT64_MIN;
        g_array_append_val(context->listeners, listener);
    }
    return number;
}

static int64_t first_served_ns(const HistorySide *server)
{
    int64_t served = INT64_MAX;
    if (server->first_data_frame)
        served = server->first_data_ns;
    if (server->fin_frame && server->fin_ns < served)
        served = server->fin_ns;
    return served;
}

/* Two ports or more that a client tried without success: told apart by the pair of client address and port.
 */
static void note_failure(FactContext *context, const Address *client, uint16_t port)
{
    uint32_t number = endpoint_table_add(&context->failed, client, 0);
    if (number == context->failed_clients->len) {
        FailedClient failed = {.ports = 1, .first_port = port};
        g_array_append_val(context->failed_clients, failed);
        return;
    }
    FailedClient *failed = &g_array_index(context->failed_clients, FailedClient, number);
    uint32_t known = context->failed_pairs.count;
    if (port != failed->first_port && endpoint_table_add(&context->failed_pairs, client, port) == known)
        failed->ports++;
}

static Testimony testimony_of(const History *history, const Witness *witness)
{
    const HistorySide *server = &history->side[SIDE_SERVER];
    const ResetRecord *reset = history->first_reset < 0 ? NULL : &history->resets[history->first_reset];
    Testimony testimony = {
        .synack_repeats = server->syn_ack && server->syns > 1 ? server->syns - 1 : 0,
        .client = history->side[SIDE_CLIENT].address,
        .has_failed = history->handshake == HANDSHAKE_SYN_ONLY || history->handshake == HANDSHAKE_UNFINISHED,
    };
    testimony.has_close = close_story(history, &testimony.close);
    if (reset && reset->side == SIDE_SERVER) {
        testimony.reset_ns = reset->time_ns;
        testimony.is_refused = reset->answers == RST_ANSWERS_SYN;
        testimony.is_silent_reset = !testimony.is_refused && witness->served_ns == INT64_MAX;
    }
    return testimony;
}

bool fact_witness(const History *history, Witness *ret_witness, Testimony *ret_testimony)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    bool is_established = server->syn_ack && history->handshake != HANDSHAKE_UNFINISHED;
    *ret_witness = (Witness){
        .end_ns = history->end_ns,
        .established_ns = is_established ? server->syn_ns : INT64_MAX,
        .served_ns = first_served_ns(server),
        .previous = history->previous,
        .client = closes_client(&client->address),
        .answered = client->first_data_frame && server->last_data_frame > client->first_data_frame,
        .closed = history->first_reset >= 0 || (client->fin && server->fin),
        .resets_predecessor = history->previous != NO_CONNECTION && history_old_reset(history),
    };
    *ret_testimony = testimony_of(history, ret_witness);
    return ret_testimony->has_failed || ret_testimony->is_refused || ret_testimony->is_silent_reset ||
           ret_testimony->synack_repeats || ret_testimony->has_close;
}

static void note_testimony(FactContext *context, const Testimony *testimony, uint32_t server, uint32_t client)
{
    ListenerSummary *summary = &listener_get(context, server)->summary;
    summary->synack_repeats += testimony->synack_repeats;
    if (testimony->is_refused) {
        summary->refused++;
        summary->last_refused_ns = MAX(summary->last_refused_ns, testimony->reset_ns);
    }
    if (testimony->is_silent_reset) {
        ListenerTime silent = {testimony->reset_ns, server};
        g_array_append_val(context->silent_resets, silent);
        summary->silent_resets++;
    }
    if (testimony->has_close)
        closes_note(&context->closes, &testimony->close, server, client);
    if (testimony->has_failed)
        note_failure(context, &testimony->client, context->by_endpoint.endpoints[server].port);
}

void fact_context_note_witness(FactContext *context, Witness *witness, const Testimony *testimony)
{
    uint32_t stream = context->noted_count, previous = witness->previous;
    if (stream == context->noted_capacity)
        context->noted =
            arena_grow_list(context->arena, context->noted, &context->noted_capacity, sizeof(Witness *));
    context->noted[context->noted_count++] = witness;
    witness->next = NO_CONNECTION;
    if (previous != NO_CONNECTION)
        noted_get(context, previous)->next = stream;
    Listener *listener = listener_get(context, witness->server);
    listener->summary.connections++;
    listener->summary.served += witness->served_ns != INT64_MAX;
    listener->summary.answered += witness->answered;
    if (witness->established_ns != INT64_MAX)
        listener->summary.last_answered_ns =
            MAX(listener->summary.last_answered_ns, witness->established_ns);
    if (testimony)
        note_testimony(context, testimony, witness->server, witness->client);
}

void fact_context_note(FactContext *context, const History *history)
{
    const HistorySide *server = &history->side[SIDE_SERVER];
    Witness *witness = g_new(Witness, 1);
    g_ptr_array_add(context->own, witness);
    Testimony testimony;
    bool has_more = fact_witness(history, witness, &testimony);
    witness->server = fact_context_listener_number(context, &server->address, server->port);
    fact_context_note_witness(context, witness, has_more ? &testimony : NULL);
}

static gint compare_times(gconstpointer a, gconstpointer b)
{
    const ListenerTime *left = a, *right = b;
    if (left->listener != right->listener)
        return left->listener < right->listener ? -1 : 1;
    return (left->time_ns > right->time_ns) - (left->time_ns < right->time_ns);
}

/* When the clients opened other connections, of those whose idle ones were closed. */
static void note_starts(FactContext *context)
{
    for (uint32_t stream = 0; stream < context->noted_count; stream++) {
        const Witness *witness = noted_get(context, stream);
        if (witness->established_ns != INT64_MAX &&
            closes_wants(&context->closes, witness->server, witness->client))
            closes_note_start(&context->closes, witness->server, witness->client, witness->established_ns);
    }
}

static void finish_closes(FactContext *context)
{
    closes_sort(&context->closes);
    for (uint32_t server = 0; server < context->listeners->len; server++) {
        Listener *listener = listener_get(context, server);
        listener->idle_ns = closes_idle_mode_ns(&context->closes, server, &listener->idle_count);
    }
    if (context->closes.has_idle)
        note_starts(context);
    closes_finish(&context->closes);
}

void fact_context_capture(FactContext *context, int64_t first_ns, int64_t last_ns, bool cut)
{
    context->first_ns = first_ns;
    context->last_ns = last_ns;
    context->cut = cut;
    g_array_sort(context->silent_resets, compare_times);
    finish_closes(context);
}

const Endpoint *fact_context_server(const FactContext *context, uint32_t stream)
{
    return &context->by_endpoint.endpoints[noted_get(context, stream)->server];
}

void fact_context_prefetch(const FactContext *context, uint32_t stream)
{
    prefetch(&noted_get(context, stream)->client);
}

const ListenerSummary *fact_context_listener(const FactContext *context, uint32_t stream)
{
    static const ListenerSummary nothing;
    if (knows_nobody(context))
        return &nothing;
    return &listener_get(context, noted_get(context, stream)->server)->summary;
}

/* The index of the first reset that does not come before `wanted`. */
static guint lower_bound(const GArray *times, ListenerTime wanted)
{
    guint low = 0, high = times->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (compare_times(&g_array_index(times, ListenerTime, middle), &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t fact_context_silent_resets_near(const FactContext *context, uint32_t stream, int64_t time_ns,
                                         int64_t window_ns)
{
    if (knows_nobody(context))
        return 0;
    uint32_t listener = noted_get(context, stream)->server;
    return lower_bound(context->silent_resets, (ListenerTime){time_ns + window_ns + 1, listener}) -
           lower_bound(context->silent_resets, (ListenerTime){time_ns - window_ns, listener});
}

int64_t fact_context_idle_close_ns(const FactContext *context, uint32_t stream, uint32_t *ret_count)
{
    *ret_count = 0;
    if (knows_nobody(context))
        return -1;
    const Listener *listener = listener_get(context, noted_get(context, stream)->server);
    *ret_count = listener->idle_count;
    return listener->idle_ns;
}

uint32_t fact_context_waiting(const FactContext *context, uint32_t stream, int64_t time_ns)
{
    if (knows_nobody(context))
        return 0;
    return queues_count((Queues *)&context->queues, context->noted, context->noted_count,
                        context->listeners->len, stream, time_ns);
}

const Closes *fact_context_closes(const FactContext *context, uint32_t stream, Whose *ret_whose)
{
    if (knows_nobody(context))
        return NULL;
    const Witness *witness = noted_get(context, stream);
    *ret_whose = (Whose){witness->server, witness->client};
    return &context->closes;
}

static uint32_t count_failed_ports(const FactContext *context, const Address *client)
{
    uint32_t number = endpoint_table_find(&context->failed, client, 0);
    return number == NO_ENDPOINT ? 0 : g_array_index(context->failed_clients, FailedClient, number).ports;
}

uint32_t fact_context_failed_ports(const FactContext *context, const HistorySide *client)
{
    return is_asked_alone(context, ASKED_FAILURES) ? 1 : count_failed_ports(context, &client->address);
}

bool fact_context_failed_once(const FactContext *context, const Address *client)
{
    return count_failed_ports(context, client) == 1;
}

uint32_t fact_context_number(const FactContext *context, const History *history)
{
    return knows_nobody(context) ? NO_CONNECTION : history->stream;
}

uint32_t fact_context_next(const FactContext *context, uint32_t stream)
{
    if (knows_nobody(context))
        return NO_CONNECTION;
    return noted_get(context, stream)->next;
}

bool fact_context_reconnected(const FactContext *context, uint32_t stream)
{
    if (knows_nobody(context))
        return false;
    const Witness *noted = noted_get(context, stream);
    return !noted->closed && noted->next != NO_CONNECTION &&
           noted_get(context, noted->next)->resets_predecessor;
}

int64_t fact_context_last_ns(const FactContext *context)
{
    if (knows_nobody(context))
        return 0;
    return context->last_ns;
}

int64_t fact_context_first_ns(const FactContext *context)
{
    if (knows_nobody(context))
        return 0;
    return context->first_ns;
}

bool fact_context_cut(const FactContext *context)
{
    if (knows_nobody(context))
        return false;
    return context->cut;
}

int64_t fact_context_stream_end_ns(const FactContext *context, uint32_t stream)
{
    if (knows_nobody(context))
        return 0;
    return noted_get(context, stream)->end_ns;
}

bool fact_context_stream_closed(const FactContext *context, uint32_t stream)
{
    if (knows_nobody(context))
        return false;
    return noted_get(context, stream)->closed && !noted_get(context, stream)->resets_predecessor;
}
