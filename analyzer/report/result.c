#include "report/result.h"

#include <inttypes.h>

#include "facts/endpoints.h"
#include "verdict/telling.h"

static unsigned result_add(Result *results, unsigned count, const Telling *telling, Severity least,
                           const History *history)
{
    if (!telling || telling->severity < least || telling->severity == SEVERITY_OK)
        return count;
    results[count].telling = telling;
    results[count].frame =
        telling->evidence->len ? g_array_index(telling->evidence, uint64_t, 0) : history->first_frame;
    return count + 1;
}

unsigned results_of(Tellings *tellings, Severity least, Result ret_results[RESULTS_MAX])
{
    const Verdict *verdict = tellings->subject->verdict;
    const History *history = tellings->subject->history;
    unsigned count = 0;
    if (verdict_severity(verdict) < least)
        return 0;
    count = result_add(ret_results, count, tellings_leading(tellings), least, history);
    for (unsigned i = 0; i < verdict->finding_count; i++)
        if (!verdict_finding_teller(verdict, i))
            count = result_add(ret_results, count, tellings_finding(tellings, i), least, history);
    return count;
}

const char *result_place(const Case *subject, uint64_t frame, uint64_t *ret_frame)
{
    guint file;
    *ret_frame = frame;
    if (!subject->joined || !frame_map_find(subject->joined, frame, &file, ret_frame))
        return subject->capture;
    return frame_map_file(subject->joined, file)->path;
}

static void endpoint_append(GString *out, const HistorySide *side)
{
    endpoint_format(out, &side->address, side->port);
}

void result_connection_format(GString *out, const Case *subject)
{
    const History *history = subject->history;
    g_string_append_printf(out, "stream %" PRIu32 " ", history->stream);
    endpoint_append(out, &history->side[SIDE_CLIENT]);
    g_string_append(out, " → ");
    endpoint_append(out, &history->side[SIDE_SERVER]);
}

void result_title_format(GString *out, const Telling *telling)
{
    if (!*telling->title)
        return;
    g_string_append_c(out, g_ascii_toupper(*telling->title));
    g_string_append(out, telling->title + 1);
}

void result_text_format(GString *out, const Telling *telling)
{
    result_title_format(out, telling);
    for (guint i = 0; i < telling->happened->len; i++)
        g_string_append_printf(out, "%s%s", i ? "\n\n" : ".\n\n", (const char *)telling->happened->pdata[i]);
}
