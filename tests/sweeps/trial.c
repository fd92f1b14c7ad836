#include "trial.h"

#include "decode/decode.h"
#include "facts/facts.h"
#include "flow/table.h"

#define SEED 1 /* the same table each time */

Trial *trial_new(void)
{
    Trial *trial = g_new0(Trial, 1);
    trial->outcomes = g_array_new(FALSE, TRUE, sizeof(Outcome));
    trial->stream_of = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return trial;
}

void trial_free(Trial *trial)
{
    if (!trial)
        return;
    g_array_unref(trial->outcomes);
    g_array_unref(trial->stream_of);
    g_free(trial);
}

Packet packet_from_frame(const Frame *frame, uint32_t index, uint32_t snaplen)
{
    Frame shortened = *frame;
    if (snaplen && shortened.captured_len > snaplen)
        shortened.captured_len = snaplen;
    Packet packet = {.time_ns = frame->time_ns, .original = index};
    const uint8_t *payload;
    packet.has_segment = decode_frame(NULL, &shortened, &packet.segment, &payload) == DECODED_SEGMENT;
    return packet;
}

/* Connections are known by their first frame: where they are kept may change. */
static uint32_t stream_of(const FlowTable *table, uint32_t first_frame)
{
    uint32_t stream = flow_table_count(table);
    while (flow_table_get(table, --stream)->first_frame != first_frame)
        ;
    return stream;
}

static void take_packets(Trial *trial, FlowTable *table, const Packet *packets, guint count)
{
    for (guint i = 0; i < count; i++) {
        uint32_t stream = NO_STREAM;
        if (packets[i].has_segment) {
            Segment segment = packets[i].segment;
            segment.frame = i + 1;
            segment.time_ns = packets[i].time_ns;
            const Connection *connection = flow_table_add(table, &segment);
            stream = connection ? stream_of(table, connection->first_frame) : NO_STREAM;
        }
        g_array_append_val(trial->stream_of, stream);
    }
}

static void note_times(FactContext *context, const Packet *packets, guint count, bool cut)
{
    int64_t first_ns = count ? packets[0].time_ns : 0, last_ns = first_ns;
    for (guint i = 0; i < count; i++) {
        first_ns = MIN(first_ns, packets[i].time_ns);
        last_ns = MAX(last_ns, packets[i].time_ns);
    }
    fact_context_capture(context, first_ns, last_ns, cut);
}

static void add_parts(Outcome *outcome, const VerdictPart *parts, unsigned count, Certainty certainty)
{
    for (unsigned i = 0; i < count; i++)
        if (parts[i].certainty == certainty)
            outcome->findings[outcome->finding_count++] = parts[i].rule;
}

static Outcome outcome_of(const Verdict *verdict)
{
    Outcome outcome = {.path_length = verdict->path_length,
                       .certainty = verdict->certainty,
                       .cause = verdict_cause(verdict)};
    for (unsigned i = 0; i < verdict->path_length; i++)
        outcome.path[i] = verdict->path[i];
    add_parts(&outcome, verdict->causes, verdict->cause_count, CERTAINTY_CERTAIN);
    add_parts(&outcome, verdict->findings, verdict->finding_count, CERTAINTY_CERTAIN);
    outcome.certain_count = outcome.finding_count;
    add_parts(&outcome, verdict->causes, verdict->cause_count, CERTAINTY_LIKELY);
    add_parts(&outcome, verdict->findings, verdict->finding_count, CERTAINTY_LIKELY);
    return outcome;
}

void trial_run(Trial *trial, const RuleSet *rules, const Packet *packets, guint count, bool cut)
{
    static History history;
    FlowTable *table = flow_table_new(SEED, NULL);
    FactContext *context = fact_context_new(NULL);
    FactSet *facts = fact_set_new();
    g_array_set_size(trial->outcomes, 0);
    g_array_set_size(trial->stream_of, 0);
    take_packets(trial, table, packets, count);
    for (uint32_t stream = 0; stream < flow_table_count(table); stream++) {
        history_build(&history, table, stream);
        fact_context_note(context, &history);
    }
    note_times(context, packets, count, cut);
    for (uint32_t stream = 0; stream < flow_table_count(table); stream++) {
        Verdict verdict;
        history_build(&history, table, stream);
        fact_set_begin(facts, &history, context);
        rule_set_judge(rules, facts, &verdict);
        Outcome outcome = outcome_of(&verdict);
        g_array_append_val(trial->outcomes, outcome);
    }
    fact_set_free(facts);
    fact_context_free(context);
    flow_table_free(table);
}
