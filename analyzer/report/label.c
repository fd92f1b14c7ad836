/* Flags first, then payload, then what was special about it. */
#include "report/label.h"

#include "base/time-format.h"
#include "decode/segment.h"
#include "flow/connection.h"

Side label_target(const HistoryRow *row)
{
    Side side = (Side)row->side;
    return row->marks & EVENT_ICMP ? side : side_other(side);
}

static const char *icmp_text(unsigned version, unsigned type, unsigned code)
{
    static const struct {
        unsigned version, type, code;
        const char *text;
    } texts[] = {
        {4, 3, 0, "network unreachable"},  {4, 3, 1, "host unreachable"},
        {4, 3, 2, "protocol unreachable"}, {4, 3, 3, "port unreachable"},
        {4, 3, 4, "packet too big"},       {4, 3, 9, "network prohibited"},
        {4, 3, 10, "host prohibited"},     {4, 3, 13, "prohibited"},
        {4, 11, 0, "time exceeded"},       {6, 1, 0, "no route"},
        {6, 1, 1, "prohibited"},           {6, 1, 3, "address unreachable"},
        {6, 1, 4, "port unreachable"},     {6, 1, 5, "source policy"},
        {6, 1, 6, "route rejected"},       {6, 2, 0, "packet too big"},
        {6, 3, 0, "hop limit exceeded"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i].version == version && texts[i].type == type && texts[i].code == code)
            return texts[i].text;
    return NULL;
}

static void append_icmp(GString *out, const History *history, const HistoryRow *row)
{
    unsigned type = row->window >> 8, code = row->window & 0xff;
    const char *text = icmp_text(history->side[SIDE_CLIENT].address.version, type, code);
    if (text)
        g_string_append_printf(out, "ICMP %s", text);
    else
        g_string_append_printf(out, "ICMP type %u code %u", type, code);
}

static const FinRecord *find_fin(const History *history, unsigned row)
{
    for (unsigned i = 0; i < history->fin_count; i++)
        if (history->fins[i].row == row)
            return &history->fins[i];
    return NULL;
}

static const ResetRecord *find_reset(const History *history, unsigned row)
{
    for (unsigned i = 0; i < history->reset_count; i++)
        if (history->resets[i].row == row)
            return &history->resets[i];
    return NULL;
}

/* The flags that say something here; false where only an acknowledgement is left. */
static bool append_flags(GString *out, const History *history, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"}};
    bool has_any = false;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!(row->flags & names[i].flag))
            continue;
        g_string_append_printf(out, "%s%s", has_any ? "+" : "", names[i].name);
        has_any = true;
    }
    if (!(row->flags & TCP_ACK))
        return has_any;
    const FinRecord *fin = row->flags & TCP_FIN ? find_fin(history, index) : NULL;
    if (row->flags & TCP_SYN)
        g_string_append(out, "-ACK");
    else if (row->flags & TCP_RST || (fin && fin->acks_peer_fin))
        g_string_append(out, "+ACK");
    return has_any;
}

/* Whether the side that an RST was sent to sends on behind it: then it was ignored, and did not just go
 * unseen. */
static bool is_ignored(const History *history, const ResetRecord *reset)
{
    for (unsigned i = reset->row + 1u; !reset->effective && i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->marks & EVENT_RUN ? history_run(history, row)->side[side_other((Side)reset->side)].packets
                                   : row->side != reset->side && !(row->marks & EVENT_ICMP))
            return true;
    }
    return false;
}

static void append_marks(GString *out, const History *history, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
    const ResetRecord *reset = row->flags & TCP_RST ? find_reset(history, index) : NULL;
    if (row->marks & EVENT_DUPLICATE)
        g_string_append(out, " (captured twice)");
    else if (reset && is_ignored(history, reset))
        g_string_append(out, " (ignored)");
    else if (row->marks & EVENT_RETRANSMISSION && !(row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE)))
        g_string_append(out, " (again)");
    else if (row->marks & EVENT_WILD)
        g_string_append(out, " (stray)");
}

void label_format(GString *out, const History *history, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
    if (row->marks & EVENT_ICMP) {
        append_icmp(out, history, row);
        return;
    }
    if (row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE)) {
        g_string_append(out, row->marks & EVENT_KEEPALIVE ? "keep-alive" : "window probe");
        return;
    }
    bool has_flags = append_flags(out, history, index);
    if (row->length) {
        g_string_append(out, has_flags ? ", " : "");
        format_bytes(out, row->length);
    } else if (!has_flags) {
        g_string_append(out, row->flags & TCP_ACK ? "ACK" : "no flags");
    }
    if (!row->window && !(row->flags & (TCP_RST | TCP_SYN)))
        g_string_append(out, ", window 0");
    append_marks(out, history, index);
}
