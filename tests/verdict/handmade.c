/* The rows are those of the example in the manual, with a handshake and a few bytes before it. */
#include "handmade.h"

#include <string.h>

#include "base/error.h"
#include "decode/segment.h"
#include "flow/connection.h"

#define CLIENT SIDE_CLIENT
#define SERVER SIDE_SERVER
#define START  INT64_C(1795236099528860000)

static const char *const rule_text =
    "ending: made-ending\n"
    "severity: error\n"
    "when: \"conn.packets > 0\"\n"
    "title: \"{peer} wrote to a connection that {closer} had already closed\"\n"
    "happened: |\n"
    "  {closer} closed the connection in frame {closer.fin.frame}: from then on no program there could "
    "read.\n"
    "\n"
    "  The second paragraph.\n"
    "programs:\n"
    "  closer: \"nothing: its close() had returned before\"\n"
    "  peer: \"this write() succeeded\"\n"
    "lost: \"what the server sent\"\n"
    "confirm: {closer: \"nstat -az TcpExtTCPAbortOnData\"}\n"
    "fix: \"Stop writing.\"\n"
    "lookalikes: [\"half-close: it is not\"]\n"
    "references: [\"RFC 9293 3.6.1\", \"RFC 1122 4.2.2.13\"]\n"
    "samples: {fires: [a], silent: [b]}\n";

static const char *const good_text = "ending: made-good\n"
                                     "severity: ok\n"
                                     "when: \"conn.packets > 1000\"\n"
                                     "title: \"it ended well\"\n"
                                     "happened: \"Nothing.\"\n"
                                     "references: [\"RFC 9293 3.6\"]\n"
                                     "samples: {fires: [a], silent: [b]}\n";

static const char *const finding_text = "finding: made-finding\n"
                                        "severity: warning\n"
                                        "when: \"conn.packets > 0\"\n"
                                        "title: \"512 bytes were lost\"\n"
                                        "happened: \"They were.\"\n"
                                        "references: [\"RFC 9293 3.8\"]\n"
                                        "samples: {fires: [a], silent: [b]}\n";

static const char *const note_text = "finding: made-note\n"
                                     "severity: note\n"
                                     "when: \"conn.packets > 0\"\n"
                                     "title: \"the FIN took 41 µs\"\n"
                                     "happened: \"It did – really…\"\n"
                                     "references: [\"RFC 9293 3.8\"]\n"
                                     "samples: {fires: [a], silent: [b]}\n";

static const char *const cause_text = "- cause: made-cause\n"
                                      "  explains: made-ending\n"
                                      "  severity: warning\n"
                                      "  tells: made-finding\n"
                                      "  when: \"conn.packets > 0\"\n"
                                      "  certain: \"false\"\n"
                                      "  title: \"{peer} had not been told\"\n"
                                      "  happened: \"Nobody had told {peer}.\"\n"
                                      "  fix: {peer: \"Tell it.\"}\n"
                                      "  samples: {fires: [a], silent: [b]}\n"
                                      "- cause: made-further\n"
                                      "  explains: [made-ending, made-good]\n"
                                      "  severity: note\n"
                                      "  when: \"conn.packets > 0\"\n"
                                      "  title: \"it rained\"\n"
                                      "  happened: \"It did.\"\n"
                                      "  samples: {fires: [a], silent: [b]}\n";

static void load(RuleSet *rules, const char *name, const char *text)
{
    GError *error = NULL;
    if (!rule_set_load_text(rules, name, text, strlen(text), &error))
        g_error("%s", error->message);
}

typedef struct {
    int64_t after_us;
    unsigned side, flags, length, client, server;
} Row;

static const Row rows[] = {
    {0, CLIENT, TCP_SYN, 0, TCP_STATE_SYN_SENT, TCP_STATE_LISTEN},
    {20, SERVER, TCP_SYN | TCP_ACK, 0, TCP_STATE_ESTABLISHED, TCP_STATE_SYN_RECEIVED},
    {30, CLIENT, TCP_ACK, 0, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED},
    {100, CLIENT, TCP_ACK | TCP_PSH, 100, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED},
    {120, SERVER, TCP_ACK, 0, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED},
    {200, SERVER, TCP_ACK | TCP_PSH, 26, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED},
    {220, CLIENT, TCP_ACK, 0, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED},
    {1000, CLIENT, TCP_FIN | TCP_ACK, 0, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSE_WAIT},
    {1041, SERVER, TCP_ACK, 0, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT},
    {2311593, SERVER, TCP_ACK | TCP_PSH, 512, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT},
    {2311631, CLIENT, TCP_RST, 0, TCP_STATE_CLOSED, TCP_STATE_CLOSED},
};

static void fill_rows(History *history)
{
    unsigned previous[SIDES] = {TCP_STATE_UNKNOWN, TCP_STATE_UNKNOWN};
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        history->rows[i] = (HistoryRow){
            .time_ns = START + row->after_us * 1000,
            .frame = i + 1,
            .length = row->length,
            .flags = (uint8_t)row->flags,
            .side = (uint8_t)row->side,
            .state = {(uint8_t)row->client, (uint8_t)row->server},
            .changed = (uint8_t)((row->client != previous[CLIENT]) | (row->server != previous[SERVER]) << 1),
            .window = 502};
        previous[CLIENT] = row->client;
        previous[SERVER] = row->server;
    }
    history->row_count = G_N_ELEMENTS(rows);
}

static void fill_sides(History *history)
{
    static const uint8_t last_byte[SIDES] = {1, 2};
    for (unsigned i = 0; i < SIDES; i++) {
        HistorySide *side = &history->side[i];
        side->address = (Address){.bytes = {10, 0, 0, last_byte[i]}, .version = 4};
        side->state = TCP_STATE_CLOSED;
        side->packets = i == CLIENT ? 6 : 5;
        side->established = true;
        side->received = INT64_MIN;
    }
    HistorySide *client = &history->side[CLIENT], *server = &history->side[SERVER];
    client->data_bytes = client->data_acked = 100;
    client->fin = client->fin_acked = client->rst = true;
    client->fin_frame = 8;
    client->fin_ack_frame = 9;
    client->fin_ns = START + 1000000;
    server->data_bytes = 538;
    server->data_acked = 26;
    server->data_unacked = server->after_peer_fin_bytes = 512;
}

static History *make_history(void)
{
    History *history = g_new0(History, 1);
    history->previous = NO_CONNECTION;
    history->handshake = HANDSHAKE_FULL;
    history->start_ns = START;
    history->end_ns = START + INT64_C(2311631000);
    history->first_frame = 1;
    history->last_frame = history->packets = 11;
    fill_rows(history);
    fill_sides(history);
    history->fins[0] = (FinRecord){.frame = 8, .ack_frame = 9, .side = CLIENT, .row = 7};
    history->fin_count = 1;
    history->resets[0] = (ResetRecord){.time_ns = history->end_ns,
                                       .frame = 11,
                                       .answers_frame = 10,
                                       .side = CLIENT,
                                       .row = 10,
                                       .answers_row = 9,
                                       .form = RST_FORM_REPLY,
                                       .answers = RST_ANSWERS_DATA,
                                       .effective = true};
    history->reset_count = 1;
    history->transitions[0] = (Transition){8, 7, CLIENT, TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, false};
    history->transitions[1] = (Transition){1, 0, SERVER, TCP_STATE_UNKNOWN, TCP_STATE_ESTABLISHED, true};
    history->transition_count = 2;
    history->closer = history->resetter = CLIENT;
    return history;
}

void handmade_init(Handmade *handmade)
{
    memset(handmade, 0, sizeof *handmade);
    GError *error = NULL;
    handmade->rules = rule_set_new_empty();
    load(handmade->rules, "ending.yaml", rule_text);
    load(handmade->rules, "good.yaml", good_text);
    load(handmade->rules, "finding.yaml", finding_text);
    load(handmade->rules, "note.yaml", note_text);
    load(handmade->rules, "cause.yaml", cause_text);
    if (!rule_set_finish(handmade->rules, &error))
        g_error("%s", error->message);
    handmade->context = fact_context_new(NULL);
    handmade->facts = fact_set_new();
    handmade->history = make_history();
    fact_context_note(handmade->context, handmade->history);
    fact_context_capture(handmade->context, handmade->history->start_ns, handmade->history->end_ns, false);
    handmade->subject = (Case){.capture = "made.pcap",
                               .history = handmade->history,
                               .facts = handmade->facts,
                               .rules = handmade->rules,
                               .verdict = &handmade->verdict};
    handmade_turn(handmade, 3, 51234, 9999);
    handmade_end(handmade, "made-ending");
}

void handmade_clear(Handmade *handmade)
{
    fact_set_free(handmade->facts);
    fact_context_free(handmade->context);
    rule_set_free(handmade->rules);
    g_free(handmade->history);
}

void handmade_turn(Handmade *handmade, uint32_t stream, uint16_t client_port, uint16_t server_port)
{
    handmade->history->stream = stream;
    handmade->history->side[CLIENT].port = client_port;
    handmade->history->side[SERVER].port = server_port;
    fact_set_begin(handmade->facts, handmade->history, handmade->context);
}

void handmade_end(Handmade *handmade, const char *rule)
{
    handmade->verdict = (Verdict){
        .path = {rule_set_find(handmade->rules, rule)}, .path_length = 1, .certainty = CERTAINTY_CERTAIN};
    g_assert(handmade->verdict.path[0]);
}

void handmade_explain(Handmade *handmade, const char *rule)
{
    Verdict *verdict = &handmade->verdict;
    const Rule *cause = rule_set_find(handmade->rules, rule);
    g_assert(cause);
    verdict->causes[verdict->cause_count++] = (VerdictPart){.rule = cause, .certainty = CERTAINTY_CERTAIN};
}

void handmade_find(Handmade *handmade, const char *rule)
{
    Verdict *verdict = &handmade->verdict;
    verdict->findings[verdict->finding_count].rule = rule_set_find(handmade->rules, rule);
    verdict->findings[verdict->finding_count].certainty = CERTAINTY_CERTAIN;
    g_assert(verdict->findings[verdict->finding_count++].rule);
}
