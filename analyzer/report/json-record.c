/* One function an object. Order of keys: what identifies, then the verdict, then what it rests on. */
#include "report/json-record.h"

#include <string.h>

#include "base/address.h"

static const char *state_or_null(unsigned state)
{
    return state == TCP_STATE_UNKNOWN ? NULL : tcp_state_name((TcpState)state);
}

static void json_endpoint(JsonWriter *json, const char *key, const HistorySide *side)
{
    GString *address = g_string_new(NULL);
    address_format(address, &side->address);
    json_begin_object(json, key);
    json_string(json, "addr", address->str);
    json_uint(json, "port", side->port);
    json_end_object(json);
    g_string_free(address, TRUE);
}

static void json_paragraphs(JsonWriter *json, const char *key, const GPtrArray *paragraphs)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < paragraphs->len; i++)
        g_string_append_printf(text, "%s%s", i ? "\n\n" : "", (const char *)paragraphs->pdata[i]);
    json_string(json, key, text->str);
    g_string_free(text, TRUE);
}

static void json_lines(JsonWriter *json, const char *key, const GArray *lines)
{
    json_begin_array(json, key);
    for (guint i = 0; i < lines->len; i++) {
        const TellingLine *line = &g_array_index(lines, TellingLine, i);
        json_begin_object(json, NULL);
        json_string(json, "who", line->who);
        json_string(json, "text", line->text);
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_strings(JsonWriter *json, const char *key, const GPtrArray *strings)
{
    json_begin_array(json, key);
    for (guint i = 0; strings && i < strings->len; i++)
        json_string(json, NULL, strings->pdata[i]);
    json_end_array(json);
}

static void json_possible(JsonWriter *json, const GArray *possible)
{
    json_begin_array(json, "unknown");
    for (guint i = 0; possible && i < possible->len; i++) {
        const TellingPossible *one = &g_array_index(possible, TellingPossible, i);
        json_begin_object(json, NULL);
        json_string(json, "ending", one->rule->id);
        json_string(json, "fact", one->fact);
        json_string(json, "reason", missing_reason_text(one->missing));
        json_end_object(json);
    }
    json_end_array(json);
}

/* What an ending, a cause and a finding have in common. */
static void json_telling(JsonWriter *json, const Telling *telling)
{
    json_string(json, "title", telling->title);
    json_paragraphs(json, "explanation", telling->happened);
    json_lines(json, "programs", telling->saw);
    json_string(json, "lost", telling->lost);
    json_lines(json, "confirm", telling->confirm);
    json_lines(json, "help", telling->help);
    json_strings(json, "lookalikes", telling->rule->lookalikes);
    json_strings(json, "references", telling->rule->references);
    json_begin_array(json, "evidence");
    for (guint i = 0; i < telling->evidence->len; i++)
        json_uint(json, NULL, g_array_index(telling->evidence, uint64_t, i));
    json_end_array(json);
}

/* The same keys where no rule told anything. */
static void json_no_telling(JsonWriter *json)
{
    json_string(json, "title", "nothing can be said of this connection");
    json_string(json, "explanation", "");
    json_lines(json, "programs", &(GArray){0});
    json_null(json, "lost");
    json_lines(json, "confirm", &(GArray){0});
    json_lines(json, "help", &(GArray){0});
    json_strings(json, "lookalikes", NULL);
    json_strings(json, "references", NULL);
    json_strings(json, "evidence", NULL);
}

static void json_ending(JsonWriter *json, Tellings *tellings)
{
    const Verdict *verdict = tellings->subject->verdict;
    const Rule *ending = verdict_ending(verdict);
    json_string(json, "ending", ending ? ending->id : NULL);
    json_begin_array(json, "path");
    for (unsigned i = 0; i < verdict->path_length; i++)
        json_string(json, NULL, verdict->path[i]->id);
    json_end_array(json);
    json_string(json, "certainty", ending ? certainty_name(verdict->certainty) : NULL);
    json_string(json, "severity", severity_name(verdict_ending_severity(verdict)));
    json_string(json, "worst", severity_name(verdict_severity(verdict)));
    Telling *telling = tellings_ending(tellings);
    if (telling)
        json_telling(json, telling);
    else
        json_no_telling(json);
    json_possible(json, telling ? telling->possible : NULL);
}

/* The beginning of a cause and of a finding. */
static void json_part(JsonWriter *json, const Telling *telling)
{
    json_begin_object(json, NULL);
    json_string(json, "rule", telling->rule->id);
    json_string(json, "severity", severity_name(telling->severity));
    json_string(json, "certainty", certainty_name(telling->certainty));
    json_telling(json, telling);
}

static void json_causes(JsonWriter *json, Tellings *tellings)
{
    json_begin_array(json, "causes");
    for (unsigned i = 0; i < tellings->subject->verdict->cause_count; i++) {
        json_part(json, tellings_cause(tellings, i));
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_findings(JsonWriter *json, Tellings *tellings)
{
    const Verdict *verdict = tellings->subject->verdict;
    json_begin_array(json, "findings");
    for (unsigned i = 0; i < verdict->finding_count; i++) {
        const Rule *teller = verdict_finding_teller(verdict, i);
        json_part(json, tellings_finding(tellings, i));
        json_string(json, "told_by", teller ? teller->id : NULL);
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_transitions(JsonWriter *json, const History *history)
{
    json_begin_array(json, "transitions");
    for (unsigned i = 0; i < history->transition_count; i++) {
        const Transition *transition = &history->transitions[i];
        json_begin_object(json, NULL);
        json_uint(json, "frame", transition->frame);
        json_string(json, "side", side_name((Side)transition->side));
        json_string(json, "from", state_or_null(transition->from));
        json_string(json, "to", state_or_null(transition->to));
        json_bool(json, "inferred", transition->inferred);
        json_end_object(json);
    }
    json_end_array(json);
}

/* A frame number, null for none. */
static void json_frame(JsonWriter *json, const char *key, uint32_t frame)
{
    if (frame)
        json_uint(json, key, frame);
    else
        json_null(json, key);
}

static void json_fins(JsonWriter *json, const History *history)
{
    json_begin_array(json, "fins");
    for (unsigned i = 0; i < history->fin_count; i++) {
        const FinRecord *fin = &history->fins[i];
        json_begin_object(json, NULL);
        json_uint(json, "frame", fin->frame);
        json_string(json, "side", side_name((Side)fin->side));
        json_bool(json, "retransmission", fin->retransmission);
        json_frame(json, "ack_frame", fin->ack_frame);
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_resets(JsonWriter *json, const History *history)
{
    json_begin_array(json, "resets");
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        json_begin_object(json, NULL);
        json_uint(json, "frame", reset->frame);
        json_string(json, "side", side_name((Side)reset->side));
        json_string(json, "form", rst_form_name(reset->form));
        json_string(json, "answers", rst_answers_name(reset->answers));
        json_frame(json, "answers_frame", reset->answers_frame);
        json_bool(json, "effective", reset->effective);
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_bytes(JsonWriter *json, const char *key, const HistorySide *side)
{
    json_begin_object(json, key);
    json_int(json, "sent", side->data_bytes);
    json_int(json, "acked", side->data_acked);
    json_int(json, "missing", side->gap_bytes + side->missing_bytes);
    json_end_object(json);
}

/* A fact that the connection may not have, or that the capture does not show, is null. */
static void json_fact(JsonWriter *json, const char *key, FactSet *facts, const char *name)
{
    FactRef ref;
    bool is_found = fact_find(name, strlen(name), &ref);
    g_assert(is_found);
    const Value *value = fact_get(facts, ref);
    if (value->presence != VALUE_KNOWN)
        json_null(json, key);
    else if (value->type == VALUE_STRING)
        json_string(json, key, value->as.string);
    else if (value->type == VALUE_ENUM)
        json_string(json, key, fact_ref_row(ref)->enum_names[value->as.number]);
    else
        json_int(json, key, value->as.number);
}

/* As Wireshark and Zeek would say it. */
static void json_as_others(JsonWriter *json, FactSet *facts)
{
    json_begin_object(json, "counts");
    json_begin_object(json, "client");
    json_fact(json, "fin", facts, "client.fin.frames");
    json_fact(json, "rst", facts, "client.rst.frames");
    json_end_object(json);
    json_begin_object(json, "server");
    json_fact(json, "fin", facts, "server.fin.frames");
    json_fact(json, "rst", facts, "server.rst.frames");
    json_end_object(json);
    json_end_object(json);
    json_fact(json, "completeness", facts, "conn.completeness");
    json_begin_object(json, "zeek");
    json_fact(json, "conn_state", facts, "zeek.conn_state");
    json_fact(json, "history", facts, "zeek.history");
    json_end_object(json);
}

static void json_evidence_of_history(JsonWriter *json, const History *history)
{
    json_string(json, "closer", history->closer < 0 ? NULL : side_name((Side)history->closer));
    json_begin_object(json, "states");
    for (unsigned side = 0; side < SIDES; side++)
        json_string(json, side_name((Side)side), state_or_null(history->side[side].state));
    json_end_object(json);
    json_transitions(json, history);
    json_fins(json, history);
    json_resets(json, history);
    json_begin_object(json, "bytes");
    for (unsigned side = 0; side < SIDES; side++)
        json_bytes(json, side_name((Side)side), &history->side[side]);
    json_end_object(json);
}

void json_connection(JsonWriter *json, Tellings *tellings)
{
    const History *history = tellings->subject->history;
    json_begin_object(json, NULL);
    json_string(json, "type", "connection");
    json_uint(json, "schema", JSON_SCHEMA_VERSION);
    json_string(json, "capture", tellings->subject->capture);
    json_uint(json, "stream", history->stream);
    json_endpoint(json, "client", &history->side[SIDE_CLIENT]);
    json_endpoint(json, "server", &history->side[SIDE_SERVER]);
    json_bool(json, "roles_guessed", history->roles_guessed);
    json_string(json, "handshake", handshake_name(history->handshake));
    json_int(json, "start_ns", history->start_ns);
    json_int(json, "end_ns", history->end_ns);
    json_uint(json, "first_frame", history->first_frame);
    json_uint(json, "last_frame", history->last_frame);
    json_uint(json, "packets", history->packets);
    json_ending(json, tellings);
    json_evidence_of_history(json, history);
    json_as_others(json, tellings->subject->facts);
    json_causes(json, tellings);
    json_findings(json, tellings);
    if (tellings->subject->joined)
        json_places(json, tellings);
    json_end_object(json);
}
