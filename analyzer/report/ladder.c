/* Draws a ladder: first every row is put into words, so that the columns can be as wide as they need, then it
 * is written. */
#include "report/ladder.h"

#include <inttypes.h>
#include <string.h>

#include "decode/segment.h"
#include "flow/connection.h"
#include "report/clock.h"
#include "report/label.h"
#include "report/place.h"

#define PLACE_HEADING     "file"
#define ARROW_COLUMNS_MIN 25
#define FRAME_COLUMNS_MIN 7
#define TIME_COLUMNS_MIN  10

typedef struct {
    GString *place, *frame, *time, *label; /* place: of a joined capture, escaped */
    const char *state[SIDES];              /* to be shown, "" where it is as before */
    Side target;
    bool is_gap; /* label is what was left out */
} Line;

typedef struct {
    unsigned place, frame, time, state, arrow;
} Columns;

/* What a stretch of rows that is not shown consists of. */
typedef struct {
    uint64_t data, again, probes, others, resets, twice;
    bool has_handshake;
} Gap;

static void line_clear(gpointer element)
{
    Line *line = element;
    g_string_free(line->place, TRUE);
    g_string_free(line->frame, TRUE);
    g_string_free(line->time, TRUE);
    g_string_free(line->label, TRUE);
}

static Line line_new(void)
{
    return (Line){.place = g_string_new(NULL),
                  .frame = g_string_new(NULL),
                  .time = g_string_new(NULL),
                  .label = g_string_new(NULL),
                  .state = {"", ""}};
}

static void gap_add(Gap *gap, const History *history, const HistoryRow *row)
{
    if (row->marks & EVENT_RUN) {
        const HistoryRun *run = history_run(history, row);
        uint32_t others = row->segments - row->data_segments,
                 resets = run->side[SIDE_CLIENT].resets + run->side[SIDE_SERVER].resets;
        gap->data += row->data_segments;
        gap->resets += MIN(resets, others);
        gap->others += others - MIN(resets, others);
    } else if (row->marks & EVENT_DUPLICATE) {
        gap->twice++;
    } else if (row->flags & TCP_SYN) {
        gap->has_handshake = true;
    } else if (row->flags & TCP_RST) {
        gap->resets++;
    } else if (row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE)) {
        gap->probes++;
    } else if (row->length) {
        gap->data += !(row->marks & EVENT_RETRANSMISSION);
        gap->again += (row->marks & EVENT_RETRANSMISSION) != 0;
    } else {
        gap->others++;
    }
}

static void append_part(GString *out, uint64_t count, const char *one, const char *many)
{
    if (!count)
        return;
    if (out->len)
        g_string_append(out, ", ");
    g_string_append_printf(out, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

/* The ACK that ends a handshake belongs to it. */
static void gap_flush(Gap *gap, GArray *lines)
{
    GString *parts = g_string_new(gap->has_handshake ? "handshake" : "");
    uint64_t others = gap->others - (gap->has_handshake && gap->others);
    append_part(parts, gap->data, "data segment", "data segments");
    append_part(parts, gap->again, "data segment again", "data segments again");
    append_part(parts, gap->probes, "probe", "probes");
    append_part(parts, gap->resets, "RST", "RSTs");
    append_part(parts, others, "segment without data", "segments without data");
    append_part(parts, gap->twice, "segment captured twice", "segments captured twice");
    if (parts->len) {
        Line line = line_new();
        g_string_printf(line.label, "… %s …", parts->str);
        line.is_gap = true;
        g_array_append_val(lines, line);
    }
    g_string_free(parts, TRUE);
    *gap = (Gap){0};
}

static const char *state_text(unsigned state)
{
    return state == TCP_STATE_UNKNOWN ? "?" : tcp_state_name((TcpState)state);
}

static Line row_line(const Ladder *ladder, const Style *style, unsigned index, Clock *clock, int *states)
{
    const HistoryRow *row = &ladder->history->rows[index];
    Line line = line_new();
    place_format(line.place, style, ladder->joined, row->frame);
    g_string_printf(line.frame, "%u", row->frame);
    clock_format(line.time, clock, row->time_ns);
    label_format(line.label, ladder->history, index);
    line.target = label_target(row);
    for (unsigned side = 0; side < SIDES; side++) {
        if (states[side] != row->state[side])
            line.state[side] = state_text(row->state[side]);
        states[side] = row->state[side];
    }
    clock->previous_ns = row->time_ns;
    clock->is_first = false;
    return line;
}

static GArray *ladder_lines(const Ladder *ladder, const Style *style)
{
    const History *history = ladder->history;
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    g_array_set_clear_func(lines, line_clear);
    Clock clock = {.format = style->time, .capture_ns = ladder->capture_ns, .is_first = true};
    bool shown[EVENTS_MAX];
    int states[SIDES] = {-1, -1};
    Gap gap = {0};
    ladder_select(ladder, shown);
    for (unsigned i = 0; i < history->row_count; i++) {
        if (!shown[i]) {
            gap_add(&gap, history, &history->rows[i]);
            continue;
        }
        gap_flush(&gap, lines);
        Line line = row_line(ladder, style, i, &clock, states);
        g_array_append_val(lines, line);
    }
    gap_flush(&gap, lines);
    return lines;
}

static Columns measure(const GArray *lines)
{
    Columns columns = {.frame = FRAME_COLUMNS_MIN,
                       .time = TIME_COLUMNS_MIN,
                       .state = (unsigned)strlen("client"),
                       .arrow = ARROW_COLUMNS_MIN};
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        if (line->is_gap)
            continue;
        if (line->place->len)
            columns.place = MAX(columns.place, style_columns(line->place->str, -1) + 2);
        columns.frame = MAX(columns.frame, (unsigned)line->frame->len);
        columns.time = MAX(columns.time, (unsigned)line->time->len);
        columns.state = MAX(columns.state, (unsigned)strlen(line->state[SIDE_CLIENT]));
        columns.arrow = MAX(columns.arrow, style_columns(line->label->str, -1) + 8);
    }
    return columns;
}

/* "── FIN ───▶" or "◀─── FIN ──", `width` columns wide. */
static void draw_arrow(GString *out, const Style *style, const Line *line, unsigned width)
{
    unsigned dashes = width - style_columns(line->label->str, -1) - 5; /* two before, two spaces, the head */
    const char *dash = style->is_ascii ? "-" : "─";
    bool is_right = line->target == SIDE_SERVER;
    g_string_append(out, is_right ? style->is_ascii ? "--" : "──" : style->is_ascii ? "<" : "◀");
    for (unsigned i = 0; !is_right && i < dashes; i++)
        g_string_append(out, dash);
    g_string_append_c(out, ' ');
    style_append(out, style, TONE_STRONG, line->label->str);
    g_string_append_c(out, ' ');
    for (unsigned i = 0; is_right && i < dashes; i++)
        g_string_append(out, dash);
    g_string_append(out, is_right ? style->is_ascii ? ">" : "▶" : style->is_ascii ? "--" : "──");
}

static void draw_line(GString *out, const Style *style, const Line *line, const Columns *columns,
                      unsigned indent)
{
    style_pad(out, 0, indent);
    if (line->is_gap) {
        style_pad(out, 0, columns->place + columns->frame + columns->time + columns->state + 6);
        style_append(out, style, TONE_DIM, line->label->str);
        g_string_append_c(out, '\n');
        return;
    }
    g_string_append(out, line->place->str);
    style_pad(out, style_columns(line->place->str, -1), columns->place);
    style_pad(out, (unsigned)line->frame->len, columns->frame);
    g_string_append(out, line->frame->str);
    style_pad(out, (unsigned)line->time->len, columns->time + 2);
    g_string_append_printf(out, "%s  %s", line->time->str, line->state[SIDE_CLIENT]);
    style_pad(out, (unsigned)strlen(line->state[SIDE_CLIENT]), columns->state + 2);
    draw_arrow(out, style, line, columns->arrow);
    if (*line->state[SIDE_SERVER])
        g_string_append_printf(out, "  %s", line->state[SIDE_SERVER]);
    g_string_append_c(out, '\n');
}

void ladder_draw(GString *out, const Style *style, const Ladder *ladder)
{
    if (!ladder->history->row_count)
        return;
    GArray *lines = ladder_lines(ladder, style);
    Columns columns = measure(lines);
    GString *heading = g_string_new(NULL);
    if (columns.place)
        g_string_append(heading, PLACE_HEADING);
    style_pad(heading, columns.place ? (unsigned)strlen(PLACE_HEADING) : 0, columns.place);
    style_pad(heading, (unsigned)strlen("frame"), columns.frame);
    g_string_append(heading, "frame");
    style_pad(heading, (unsigned)strlen("time"), columns.time + 2);
    g_string_append_printf(heading, "time  %-*s%*sserver", (int)columns.state + 2, "client",
                           (int)columns.arrow + 2, "");
    style_pad(out, 0, ladder->indent);
    style_append(out, style, TONE_DIM, heading->str);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < lines->len; i++)
        draw_line(out, style, &g_array_index(lines, Line, i), &columns, ladder->indent);
    g_string_free(heading, TRUE);
    g_array_unref(lines);
}
