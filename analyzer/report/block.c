/* The order of the parts is that of the questions: what happened, how is that known, what did it mean, what
 * now. */
#include "report/block.h"

#include <inttypes.h>
#include <string.h>

#include "base/address.h"
#include "report/ladder.h"
#include "report/place.h"
#include "report/wrap.h"

#define POSSIBLE_SHOWN_MAX 3

static void append_title(GString *out, const Style *style, const Telling *telling, unsigned indent)
{
    GString *title = g_string_new(NULL);
    const char *severity = severity_name(telling->severity);
    style_pad(out, 0, indent);
    style_append(out, style, style_severity_tone(telling->severity), severity);
    /* What is only likely must not read as if it were proven, not even in the first line. */
    const char *colon = telling->certainty == CERTAINTY_CERTAIN ? ": " : " (likely): ";
    g_string_append(out, colon);
    /* wrapped before it is toned, so that no line carries half a colour code */
    wrap_append(title, style, telling->title, indent + (unsigned)(strlen(severity) + strlen(colon)),
                indent + 2);
    g_string_truncate(title, title->len - 1);
    if (style->has_color)
        g_string_append_printf(out, "\033[1m%s\033[0m\n", title->str);
    else
        g_string_append_printf(out, "%s\n", title->str);
    g_string_free(title, TRUE);
}

void block_head(GString *out, const Style *style, const Block *block)
{
    const Telling *telling = block->telling;
    const History *history = block->history;
    append_title(out, style, telling, 0);
    GString *meta = g_string_new(telling->rule->id);
    g_string_append_printf(meta, " · %s · ", certainty_name(telling->certainty));
    if (telling->rule->kind == RULE_CAUSE && block->ending)
        g_string_append_printf(meta, "%s%s · ", block->ending->rule->id,
                               block->ending->certainty == CERTAINTY_CERTAIN ? "" : " (likely)");
    g_string_append_printf(meta, "stream %u · ", history->stream);
    for (unsigned side = 0; side < SIDES; side++) {
        endpoint_format(meta, &history->side[side].address, history->side[side].port);
        g_string_append(meta, side == SIDE_CLIENT ? " → " : "");
    }
    if (history->roles_guessed)
        g_string_append(meta, " · which is the client is a guess");
    if (block->ending && telling->rule->kind == RULE_FINDING)
        g_string_append_printf(meta, " · ended as %s", block->ending->rule->id);
    g_string_append(out, "  ");
    wrap_append(out, style, meta->str, 2, 2);
    g_string_free(meta, TRUE);
}

static int compare_frames(gconstpointer a, gconstpointer b)
{
    const uint64_t *first = a, *second = b;
    return *first < *second ? -1 : *first > *second;
}

/* A cause rests on what its ending rests on, too. Caller frees. */
static GArray *gather_evidence(const Block *block)
{
    const Telling *telling = block->telling;
    GArray *frames = g_array_copy(telling->evidence);
    if (telling->rule->kind == RULE_CAUSE && block->ending)
        g_array_append_vals(frames, block->ending->evidence->data, block->ending->evidence->len);
    g_array_sort(frames, compare_frames);
    guint kept = 0;
    for (guint i = 0; i < frames->len && kept < TELLING_EVIDENCE_MAX; i++) {
        uint64_t frame = g_array_index(frames, uint64_t, i);
        if (!kept || frame != g_array_index(frames, uint64_t, kept - 1))
            g_array_index(frames, uint64_t, kept++) = frame;
    }
    return g_array_set_size(frames, kept);
}

void block_ladder(GString *out, const Style *style, const Block *block, bool shows_all)
{
    g_autoptr(GArray) evidence = block->telling ? gather_evidence(block) : NULL;
    const Ladder ladder = {.history = block->history,
                           .evidence = evidence,
                           .joined = block->joined,
                           .capture_ns = block->capture_ns,
                           .shows_all = shows_all,
                           .indent = 3};
    g_string_append_c(out, '\n');
    ladder_draw(out, style, &ladder);
}

void block_label(GString *out, const Style *style, const char *label, const char *text)
{
    if (!text)
        return;
    g_string_append(out, "  ");
    style_append(out, style, TONE_STRONG, label);
    style_pad(out, 2 + style_columns(label, -1), BLOCK_LABEL_COLUMNS);
    wrap_append(out, style, text, BLOCK_LABEL_COLUMNS, BLOCK_LABEL_COLUMNS);
}

static void append_paragraphs(GString *out, const Style *style, const GPtrArray *paragraphs, unsigned indent)
{
    for (guint i = 0; i < paragraphs->len; i++) {
        if (i)
            g_string_append_c(out, '\n');
        style_pad(out, 0, indent);
        wrap_append(out, style, paragraphs->pdata[i], indent, indent);
    }
}

static void append_saw(GString *out, const Style *style, const Telling *telling)
{
    for (guint i = 0; i < telling->saw->len; i++) {
        const TellingLine *line = &g_array_index(telling->saw, TellingLine, i);
        g_autofree char *label = g_strdup_printf("%s saw", line->who ? line->who : "both");
        block_label(out, style, label, line->text);
    }
}

/* On which host, by its address, as far as that is known. */
static void append_confirm(GString *out, const Style *style, const Block *block)
{
    const GArray *lines = block->telling->confirm;
    for (guint i = 0; i < lines->len; i++) {
        const TellingLine *line = &g_array_index(lines, TellingLine, i);
        GString *text = g_string_new(NULL);
        if (line->side >= 0) {
            g_string_append(text, "on ");
            address_format(text, &block->history->side[line->side].address);
            g_string_append_printf(text, " (%s): ", line->who);
        } else if (line->who) {
            g_string_append_printf(text, "on the %s's host: ", line->who);
        }
        g_string_append(text, line->text);
        block_label(out, style, i ? "" : "confirm", text->str);
        g_string_free(text, TRUE);
    }
}

static void append_help(GString *out, const Style *style, const Telling *telling)
{
    for (guint i = 0; i < telling->help->len; i++) {
        const TellingLine *line = &g_array_index(telling->help, TellingLine, i);
        g_autofree char *text =
            g_strdup_printf("%s%s%s", line->who ? line->who : "", line->who ? ": " : "", line->text);
        block_label(out, style, i ? "" : "help", text);
    }
}

static void append_possible(GString *out, const Style *style, const GArray *possible)
{
    for (guint i = 0; i < MIN(possible->len, POSSIBLE_SHOWN_MAX); i++) {
        GString *text = g_string_new(NULL);
        telling_possible_format(text, &g_array_index(possible, TellingPossible, i));
        if (i + 1 == POSSIBLE_SHOWN_MAX && possible->len > POSSIBLE_SHOWN_MAX)
            g_string_append_printf(text, "; and %u more", possible->len - POSSIBLE_SHOWN_MAX);
        block_label(out, style, i ? "" : "unknown", text->str);
        g_string_free(text, TRUE);
    }
}

/* What to type into Wireshark's filter line. Without a stream number, since versions number differently; the
 * whole connection is seen without the frames. */
static void append_wireshark(GString *out, const Style *style, const Block *block)
{
    g_autoptr(GArray) evidence = gather_evidence(block);
    const History *history = block->history;
    GString *text = g_string_new(NULL);
    for (Side side = SIDE_CLIENT; side < SIDES; side++) {
        const Address *address = &history->side[side].address;
        g_string_append(text, address->version == 6 ? "ipv6.addr == " : "ip.addr == ");
        address_format(text, address);
        g_string_append_printf(text, " && tcp.port == %u && ", history->side[side].port);
    }
    g_string_append(text, "frame.number in {");
    for (guint i = 0; i < evidence->len; i++)
        g_string_append_printf(text, "%s%" PRIu64, i ? ", " : "", g_array_index(evidence, uint64_t, i));
    if (!evidence->len)
        g_string_append_printf(text, "%u..%u", history->first_frame, history->last_frame);
    g_string_append_c(text, '}');
    block_label(out, style, "wireshark", text->str);
    if (block->joined)
        block_label(out, style, "", "in the one file that mergecap makes of these");
    g_string_free(text, TRUE);
}

static void append_strings(GString *out, const Style *style, const char *label, const GPtrArray *strings)
{
    for (guint i = 0; strings && i < strings->len; i++)
        block_label(out, style, i ? "" : label, strings->pdata[i]);
}

static void append_see(GString *out, const Style *style, const Rule *rule)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; rule->references && i < rule->references->len; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", (const char *)rule->references->pdata[i]);
    g_string_append_printf(text, "%scloselint --explain %s", text->len ? " · " : "", rule->id);
    block_label(out, style, "see", text->str);
    g_string_free(text, TRUE);
}

/* Behind the sentence that ends at or after `text`, as far as that can be seen. */
static const char *sentence_end(const char *text)
{
    for (; *text; text++)
        if (strchr(".?!", *text) && text[1] == ' ' && g_ascii_isupper(text[2]))
            return text + 1;
    return text;
}

/* "On the wire (four-way): the client closed first, with FIN in frame 8. …": the first sentences of what is
 * to be said of the ending, `verbose` all of it. */
static void append_wire(GString *out, const Style *style, const Telling *ending, bool verbose)
{
    GString *text = g_string_new(NULL);
    const char *story = ending->happened->len ? ending->happened->pdata[0] : ending->title;
    const char *end = sentence_end(story);
    if (*end)
        end = sentence_end(end);
    g_string_append_printf(text, "On the wire (%s%s): ", ending->rule->id,
                           ending->certainty == CERTAINTY_CERTAIN ? "" : ", likely");
    gsize begin = text->len;
    g_string_append_len(text, story, verbose ? -1 : end - story);
    if (g_str_has_prefix(story, "The "))
        text->str[begin] = 't';
    style_pad(out, 0, 2);
    wrap_append(out, style, text->str, 2, 2);
    for (guint i = 1; verbose && i < ending->happened->len; i++) {
        g_string_append_c(out, '\n');
        style_pad(out, 0, 2);
        wrap_append(out, style, ending->happened->pdata[i], 2, 2);
    }
    g_string_free(text, TRUE);
}

/* Other causes that hold, a line each. */
static void append_further_causes(GString *out, const Style *style, const Block *block)
{
    for (guint i = 1; block->causes && i < block->causes->len; i++) {
        const Telling *cause = block->causes->pdata[i];
        g_autofree char *text = g_strdup_printf("%s (%s%s)", cause->title, cause->rule->id,
                                                cause->certainty == CERTAINTY_CERTAIN ? "" : ", likely");
        block_label(out, style, i > 1 ? "" : "also", text);
    }
}

void block_body(GString *out, const Style *style, const Block *block, bool verbose)
{
    const Telling *telling = block->telling;
    const Telling *ending = telling->rule->kind == RULE_CAUSE ? block->ending : NULL;
    if (telling->happened->len || ending) {
        g_string_append_c(out, '\n');
        append_paragraphs(out, style, telling->happened, 2);
    }
    if (ending)
        append_wire(out, style, ending, verbose);
    g_string_append_c(out, '\n');
    append_saw(out, style, ending && !telling->saw->len ? ending : telling);
    block_label(out, style, "lost", ending && !telling->lost ? ending->lost : telling->lost);
    append_possible(out, style, ending ? ending->possible : telling->possible);
    if (ending)
        append_further_causes(out, style, block);
    append_confirm(out, style, block);
    append_help(out, style, telling);
    if (verbose)
        append_strings(out, style, "looks like", telling->rule->lookalikes);
    append_wireshark(out, style, block);
    append_see(out, style, telling->rule);
}

static void append_places(GString *out, const Style *style, const FrameMap *joined, const GArray *evidence)
{
    if (!joined || !evidence->len)
        return;
    GString *text = g_string_new(NULL);
    place_list_format(text, joined, evidence);
    block_label(out, style, "  frames", text->str);
    g_string_free(text, TRUE);
}

void block_beneath(GString *out, const Style *style, const Telling *finding, const FrameMap *joined,
                   bool verbose)
{
    append_title(out, style, finding, 2);
    g_string_append(out, "    ");
    style_printf(out, style, TONE_PLAIN, "%s · %s", finding->rule->id, certainty_name(finding->certainty));
    g_string_append_c(out, '\n');
    if (finding->severity < SEVERITY_WARNING && !verbose)
        return;
    append_paragraphs(out, style, finding->happened, 4);
    block_label(out, style, "  lost", finding->lost);
    append_help(out, style, finding);
    append_places(out, style, joined, finding->evidence);
}
