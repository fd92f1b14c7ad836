/* Frame numbers in the JSON are those of the joined capture wherever they stand; this list, once in each
 * connection, says for all of them which frame of which file that is. */
#include "report/json-record.h"

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static void add_number(GArray *numbers, uint64_t number)
{
    if (number)
        g_array_append_val(numbers, number);
}

static void add_history(GArray *numbers, const History *history)
{
    add_number(numbers, history->first_frame);
    add_number(numbers, history->last_frame);
    for (unsigned i = 0; i < history->transition_count; i++)
        add_number(numbers, history->transitions[i].frame);
    for (unsigned i = 0; i < history->fin_count; i++) {
        add_number(numbers, history->fins[i].frame);
        add_number(numbers, history->fins[i].ack_frame);
    }
    for (unsigned i = 0; i < history->reset_count; i++) {
        add_number(numbers, history->resets[i].frame);
        add_number(numbers, history->resets[i].answers_frame);
    }
}

/* Ascending; some more than once. */
static GArray *numbers_named(Tellings *tellings)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    add_history(numbers, tellings->subject->history);
    const Telling *ending = tellings_ending(tellings);
    if (ending)
        g_array_append_vals(numbers, ending->evidence->data, ending->evidence->len);
    for (unsigned i = 0; i < tellings->subject->verdict->cause_count; i++) {
        const GArray *evidence = tellings_cause(tellings, i)->evidence;
        g_array_append_vals(numbers, evidence->data, evidence->len);
    }
    for (unsigned i = 0; i < tellings->subject->verdict->finding_count; i++) {
        const GArray *evidence = tellings_finding(tellings, i)->evidence;
        g_array_append_vals(numbers, evidence->data, evidence->len);
    }
    g_array_sort(numbers, compare_numbers);
    return numbers;
}

void json_places(JsonWriter *json, Tellings *tellings)
{
    const FrameMap *joined = tellings->subject->joined;
    g_autoptr(GArray) numbers = numbers_named(tellings);
    uint64_t last = 0;
    json_begin_array(json, "frames");
    for (guint i = 0; i < numbers->len; i++) {
        uint64_t number = g_array_index(numbers, uint64_t, i), frame;
        guint file;
        if (number == last || !frame_map_find(joined, number, &file, &frame))
            continue;
        last = number;
        json_begin_object(json, NULL);
        json_uint(json, "frame", number);
        json_string(json, "file", frame_map_file(joined, file)->path);
        json_uint(json, "file_frame", frame);
        json_end_object(json);
    }
    json_end_array(json);
}
