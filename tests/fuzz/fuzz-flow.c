/* Fuzz target from segments to verdicts: the input is a script of segments, followed, judged, and held to
 * what must always be true. A script reads like
 *
 *     cS sSA cA cPA10 sA w500 cFA sFA cA
 *
 * c, s     a segment of the client, of the server, with the flags S F R P A U that follow, and then
 *   10     so many bytes of payload
 *   +5 -5  SEQ so much beyond or below what its side sends next, ^5 ~5 ACK beyond or below what it received
 *   z      a zero window, t another TTL, o no timestamps, i quoted by an ICMP error
 * =        the last segment again, as a mirror port shows it
 * w500     half a second passes; W1 steps the clock back
 * p2       the client's port, n7 new initial sequence numbers
 *
 * Anything else is passed over. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "facts/plain.h"
#include "rules/set/rule-set.h"

#define SEGMENTS_MAX 5000
#define PORTS        4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *at, *end;
    FlowTable *table;
    int64_t now_ns;
    uint64_t frame;
    uint32_t isn[SIDES], next[PORTS][SIDES]; /* next: relative */
    uint8_t port;
    Segment last;
    bool tracks_at_once;
} Script;

/* The digits that follow; `otherwise` where there are none. */
static uint32_t read_number(Script *script, uint32_t otherwise)
{
    uint32_t number = 0;
    const uint8_t *begin = script->at;
    for (; script->at < script->end && g_ascii_isdigit(*script->at); script->at++)
        number = number * 10 + (uint32_t)(*script->at - '0');
    return script->at == begin ? otherwise : number;
}

static void add(Script *script, const Segment *segment)
{
    script->last = *segment;
    script->last.frame = ++script->frame;
    script->last.time_ns = script->now_ns;
    Parcel parcel;
    parcel_fill(&parcel, &script->last, tuple_hash(&script->last, flow_table_key(script->table)));
    Connection *hint = flow_table_look_ahead(script->table, &parcel);
    Connection *connection = script->tracks_at_once ? flow_table_add(script->table, &script->last)
                                                    : flow_table_add_parcel(script->table, &parcel, hint);
    g_assert(connection->event_count <= EVENTS_MAX);
}

static void read_details(Script *script, Side side, Segment *segment)
{
    static const char letters[] = "FSRPAU"; /* in order of the bits */
    for (; script->at < script->end; script->at++) {
        const char *flag = *script->at ? strchr(letters, *script->at) : NULL;
        if (!flag)
            break;
        segment->flags |= (uint8_t)(1 << (flag - letters));
    }
    segment->seq = script->isn[side] + script->next[script->port][side];
    if (segment->flags & TCP_ACK)
        segment->ack = script->isn[side_other(side)] + script->next[script->port][side_other(side)];
    segment->length = segment->captured_length = read_number(script, 0);
    while (script->at < script->end && strchr("+-^~ztoi", *script->at) && *script->at) {
        uint8_t letter = *script->at++;
        uint32_t number = strchr("+-^~", letter) ? read_number(script, 1) : 0;
        segment->seq += letter == '+' ? number : letter == '-' ? -number : 0;
        segment->ack += letter == '^' ? number : letter == '~' ? -number : 0;
        segment->window = letter == 'z' ? 0 : segment->window;
        segment->ttl = letter == 't' ? 57 : segment->ttl;
        segment->options = letter == 'o' ? 0 : segment->options;
        segment->kind = letter == 'i' ? SEGMENT_ICMP_QUOTE : segment->kind;
    }
}

static void read_segment(Script *script, Side side)
{
    Segment segment = {
        .window = 500, .ttl = 64, .ip_version = 4, .options = OPTION_TIMESTAMPS | OPTION_WSCALE};
    segment.ip_id = (uint16_t)script->frame;
    segment.icmp_type = 3;
    memcpy(segment.source, (uint8_t[]){10, 0, 0, side == SIDE_CLIENT ? 1 : 2}, 4);
    memcpy(segment.destination, (uint8_t[]){10, 0, 0, side == SIDE_CLIENT ? 2 : 1}, 4);
    uint16_t port = (uint16_t)(40000 + script->port);
    segment.source_port = side == SIDE_CLIENT ? port : 80;
    segment.destination_port = side == SIDE_CLIENT ? 80 : port;
    read_details(script, side, &segment);
    script->now_ns += 1000000;
    add(script, &segment);
    uint32_t after = segment.seq - script->isn[side] + segment.length + !!(segment.flags & TCP_SYN) +
                     !!(segment.flags & TCP_FIN);
    uint32_t *next = &script->next[script->port][side];
    if (!(segment.flags & TCP_RST) && segment.kind == SEGMENT_TCP && seq_lt(*next, after))
        *next = after;
}

static void renumber(Script *script, uint32_t step)
{
    for (unsigned side = 0; side < SIDES; side++) {
        script->isn[side] += (step + 1) * 0x10000001u;
        script->next[script->port][side] = 0;
    }
}

static void play(Script *script)
{
    while (script->at < script->end && script->frame < SEGMENTS_MAX) {
        uint8_t letter = *script->at++;
        if (letter == 'c' || letter == 's') {
            read_segment(script, letter == 'c' ? SIDE_CLIENT : SIDE_SERVER);
        } else if (letter == '=' && script->frame) {
            script->now_ns += 10000;
            add(script, &script->last);
        } else if (letter == 'w') {
            script->now_ns += (int64_t)read_number(script, 1000) * 1000000;
        } else if (letter == 'W') {
            script->now_ns -= (int64_t)read_number(script, 1) * 1000000;
        } else if (letter == 'p') {
            script->port = (uint8_t)(read_number(script, 0) % PORTS);
        } else if (letter == 'n') {
            renumber(script, read_number(script, 1));
        }
    }
}

static void check_side(History *history, Side side)
{
    const HistorySide *self = &history->side[side];
    g_assert(self->data_bytes >= 0 && self->data_acked >= 0 && self->data_unacked >= 0);
    g_assert_cmpint(self->data_acked + self->data_unacked, ==, self->data_bytes);
    g_assert(self->gap_bytes >= 0 && self->missing_bytes >= 0 && self->after_peer_fin_bytes >= 0);
    g_assert(!self->fin_frame || self->fin);
    g_assert(!self->fin_ack_frame || self->fin_acked);
    g_assert(self->state <= TCP_STATE_TIME_WAIT);
}

static void check_history(History *history)
{
    g_assert(history->row_count && history->row_count <= EVENTS_MAX);
    g_assert(history->transition_count < HISTORY_TRANSITIONS_MAX); /* see there: never reached */
    for (unsigned i = 0; i < history->transition_count; i++) {
        const Transition *transition = &history->transitions[i];
        g_assert(transition->row < history->row_count && transition->from != transition->to);
    }
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        g_assert(reset->row < history->row_count && (reset->form != RST_FORM_REPLY || reset->answers_frame ||
                                                     history->rows[reset->answers_row].marks & EVENT_RUN));
        g_assert((reset->answers == RST_ANSWERS_NOTHING) == (reset->form != RST_FORM_REPLY));
    }
    g_assert(history->first_reset < (int)history->reset_count);
    g_assert((history->first_reset < 0) == (history->resetter < 0));
    for (unsigned side = 0; side < SIDES; side++)
        check_side(history, (Side)side);
}

/* What is settled of a fact beforehand is what it turns out to be. */
static void check_settled(const FactSet *facts, FactRef ref, const Value *value)
{
    FactSettled settled;
    if (!fact_settled(ref, &settled) || !(((const FactSetHead *)facts)->usual & settled.usual))
        return;
    g_assert(value->presence == VALUE_KNOWN || (value->presence == VALUE_ABSENT && settled.may_be_absent));
    g_assert(value->presence != VALUE_KNOWN ||
             (value->as.number >= settled.low && value->as.number <= settled.high));
}

static void check_facts(FactSet *facts, uint64_t last_frame)
{
    for (guint row = 0; row < fact_count(); row++) {
        const FactRow *fact = fact_row(row);
        for (unsigned role = fact->per_side; role < (fact->per_side ? ROLES : 1u); role++) {
            const FactRef ref = {(uint16_t)row, (uint8_t)role};
            const Value *value = fact_get(facts, ref);
            check_settled(facts, ref, value);
            g_assert(value->frame <= last_frame);
            g_assert(value->presence != VALUE_UNKNOWN || value->missing != MISSING_NOTHING);
        }
    }
}

/* FactRecall */
static History *recall(void *history)
{
    return history;
}

static void assert_same_value(const Value *value, const Value *other)
{
    g_assert(value->presence == other->presence && value->frame == other->frame);
    g_assert(value->presence != VALUE_KNOWN || value->type == VALUE_STRING || value->type == VALUE_ADDRESS ||
             value->as.number == other->as.number);
}

/* What is known of a plain connection without its history is what the history says. */
static void check_plain(const FlowTable *table, FactSet *facts, History *history, const FactContext *context)
{
    Plain plain;
    ConnectionRecord record;
    flow_table_read(table, history->stream, &record);
    if (!plain_recognize(&record.connection, record.events, &plain))
        return;
    g_autoptr(FactSet) quick = fact_set_new();
    fact_set_begin_plain(quick, &plain, context, recall, history);
    g_assert(!(((FactSetHead *)quick)->usual & ~((FactSetHead *)facts)->usual));
    for (guint row = 0; row < fact_count(); row++)
        for (unsigned role = fact_row(row)->per_side; role < (fact_row(row)->per_side ? ROLES : 1u); role++) {
            const FactRef ref = {(uint16_t)row, (uint8_t)role};
            assert_same_value(fact_get(quick, ref), fact_get(facts, ref));
        }
    Witness witness = {0}, quick_witness = {0};
    Testimony testimony;
    g_assert(!fact_witness(history, &witness, &testimony));
    plain_witness(&plain, &quick_witness);
    g_assert(!memcmp(&witness, &quick_witness, sizeof witness));
}

static const RuleSet *builtin_rules(void)
{
    static RuleSet *rules;
    if (!rules) {
        rules = rule_set_new_builtin(NULL);
        g_assert(rules && rule_set_finish(rules, NULL));
    }
    return rules;
}

/* A verdict must not depend on which facts were asked for first. */
static const Rule *check_verdict(FactSet *facts, History *history, const FactContext *context)
{
    Verdict first, second;
    rule_set_judge(builtin_rules(), facts, &first);
    g_assert(first.path_length > 0);
    fact_set_begin(facts, history, context);
    rule_set_judge(builtin_rules(), facts, &second);
    g_assert(verdict_ending(&first) == verdict_ending(&second) && first.certainty == second.certainty);
    g_assert(first.cause_count == second.cause_count && verdict_cause(&first) == verdict_cause(&second));
    g_assert(first.finding_count == second.finding_count);
    return verdict_ending(&first);
}

/* Adds the ending of each stream. */
static void judge(const Script *script, GPtrArray *endings)
{
    static History history;
    FactContext *context = fact_context_new(NULL);
    FactSet *facts = fact_set_new();
    for (uint32_t stream = 0; stream < flow_table_count(script->table); stream++) {
        history_build(&history, script->table, stream);
        check_history(&history);
        fact_context_note(context, &history);
    }
    fact_context_capture(context, 0, script->now_ns, false);
    for (uint32_t stream = 0; stream < flow_table_count(script->table); stream++) {
        history_build(&history, script->table, stream);
        fact_set_begin(facts, &history, context);
        check_facts(facts, script->frame);
        check_plain(script->table, facts, &history, context);
        g_ptr_array_add(endings, (gpointer)check_verdict(facts, &history, context));
    }
    fact_set_free(facts);
    fact_context_free(context);
}

static GPtrArray *run(const uint8_t *data, size_t size, uint32_t live_max)
{
    Script script = {
        .at = data, .end = data + size, .table = flow_table_new(1, NULL), .isn = {1000, 0xfffffff0}};
    GPtrArray *endings = g_ptr_array_new();
    script.tracks_at_once = !live_max;
    if (live_max)
        flow_table_set_live_max(script.table, live_max);
    play(&script);
    if (live_max)
        flow_table_finish(script.table);
    judge(&script, endings);
    flow_table_free(script.table);
    return endings;
}

/* Twice: how many connections are kept ready must not matter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) endings = run(data, size, 0);
    g_autoptr(GPtrArray) frozen = run(data, size, 1);
    g_assert_cmpuint(endings->len, ==, frozen->len);
    for (guint i = 0; i < endings->len; i++)
        g_assert(g_ptr_array_index(endings, i) == g_ptr_array_index(frozen, i));
    return 0;
}
