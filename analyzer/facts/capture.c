/* Facts of the capture itself, as far as they bear on this connection. */
#include "facts/private.h"

static const char *const vantage_names[] = {"client", "server", "between", NULL};

/* Near a side where its half of the handshake's round trip is a small part of the whole. */
static void vantage(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    static const int64_t client = 0, server = 1, between = 2;
    const RoundTrips trips = history_round_trips(history);
    int64_t to_client = trips.ns[SIDE_CLIENT], to_server = trips.ns[SIDE_SERVER];
    if (to_client < 0 || to_server < 0) {
        value_unknown(value, MISSING_HANDSHAKE);
        return;
    }
    if (to_client + to_server < 1000000) {
        value_unknown(value, MISSING_ORDER); /* within a millisecond the hosts' own delays are most of it */
        return;
    }
    value_set(value,
              to_client < to_server / 10   ? client
              : to_server < to_client / 10 ? server
                                           : between,
              history->side[SIDE_SERVER].syn_frame);
}

static void cut(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set_bool(value, fact_context_cut(facts->context), 0);
}

static void one_sided(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistorySide *client = &facts->history->side[SIDE_CLIENT],
                      *server = &facts->history->side[SIDE_SERVER];
    /* An unanswered SYN is no sign of it: what shows it is that the silent side's numbers are acknowledged.
     */
    bool server_dark = !server->sent && client->received > 1,
         client_dark = !client->sent && server->received > 1;
    bool never_answers = (!client->sent || !server->sent) && facts->history->handshake != HANDSHAKE_SYN_ONLY;
    value_set_bool(value, server_dark || client_dark || never_answers, 0);
}

static void gaps(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistorySide *sides = facts->history->side;
    value_set(value, sides[SIDE_CLIENT].gap_bytes + sides[SIDE_SERVER].gap_bytes, 0);
}

static void duplicates(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistorySide *sides = facts->history->side;
    value_set(value, sides[SIDE_CLIENT].duplicates + sides[SIDE_SERVER].duplicates, 0);
}

static void late_start(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->start_ns - fact_context_first_ns(facts->context),
              facts->history->first_frame);
}

static const FactRow rows[] = {
    {"capture.vantage", VALUE_ENUM, NULL, vantage_names, false,
     "Where the capture was taken, from how the handshake's round trip splits: near the client, near the "
     "server, or between.",
     vantage},
    {"capture.cut", VALUE_BOOL, NULL, NULL, false,
     "The file ends inside a packet, or could not be read to its end.", cut},
    {"capture.one_sided", VALUE_BOOL, NULL, NULL, false,
     "Only one direction of this connection was captured.", one_sided},
    {"capture.gaps", VALUE_BYTES, "bytes", NULL, false,
     "Acknowledged bytes of this connection, of both sides, that are missing from the capture.", gaps},
    {"capture.duplicates", VALUE_INT, NULL, NULL, false,
     "Packets of this connection that were captured twice.", duplicates},
    {"capture.before", VALUE_DURATION, "ns", NULL, false,
     "From the first frame of the capture to the connection's first segment.", late_start},
};

const FactFamily fact_family_capture = {rows, G_N_ELEMENTS(rows)};
