/* From a judged connection to sentences: each template of the rule is rendered once, against the facts of
 * that connection, and the frames that its texts mention become the evidence. */
#include "verdict/telling.h"

#include <string.h>

#include "rules/text/template.h"

static void line_clear(gpointer element)
{
    TellingLine *line = element;
    g_free(line->text);
}

static void possible_clear(gpointer element)
{
    TellingPossible *possible = element;
    g_free(possible->fact);
}

static GArray *array_new(gsize size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, FALSE, size);
    if (clear)
        g_array_set_clear_func(array, clear);
    return array;
}

static void telling_clear(gpointer data)
{
    Telling *telling = data;
    g_free(telling->title);
    g_ptr_array_unref(telling->happened);
    g_array_unref(telling->saw);
    g_free(telling->lost);
    g_array_unref(telling->confirm);
    g_array_unref(telling->help);
    g_array_unref(telling->evidence);
    g_array_unref(telling->possible);
}

Telling *telling_ref(Telling *telling)
{
    return g_rc_box_acquire(telling);
}

void telling_unref(Telling *telling)
{
    if (telling)
        g_rc_box_release_full(telling, telling_clear);
}

/* The text for this connection without white space around it, or NULL where nothing is left to say. */
static char *render(const Template *template, FactSet *facts)
{
    if (!template)
        return NULL;
    GString *text = g_string_new(NULL);
    template_render(template, facts, false, text);
    g_strstrip(text->str);
    return g_string_free(text, text->str[0] == '\0');
}

/* A title follows "error: ", so it begins as the middle of a sentence does. */
static char *render_title(const Rule *rule, FactSet *facts)
{
    char *title = render(rule->title, facts);
    if (!title)
        return g_strdup(rule->id);
    if (g_str_has_prefix(title, "The "))
        title[0] = 't';
    return title;
}

static GPtrArray *render_paragraphs(const Template *template, FactSet *facts)
{
    GPtrArray *paragraphs = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = render(template, facts);
    if (!text)
        return paragraphs;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_strstrip(lines[i]);
        if (lines[i][0])
            g_ptr_array_add(paragraphs, g_strdup(lines[i]));
    }
    return paragraphs;
}

/* Which side plays the role in this connection, -1 where that is not known. */
static int role_side(FactSet *facts, FactRole role)
{
    if (role == ROLE_CLIENT)
        return SIDE_CLIENT;
    if (role == ROLE_SERVER)
        return SIDE_SERVER;
    const char *name = fact_role_name(role);
    FactRef ref;
    if (!name || !fact_find(name, strlen(name), &ref))
        return -1;
    const Value *value = fact_get(facts, ref);
    return value->presence == VALUE_KNOWN ? (int)value->as.number : -1;
}

static GArray *render_lines(const GArray *lines, FactSet *facts)
{
    GArray *rendered = array_new(sizeof(TellingLine), line_clear);
    for (guint i = 0; lines && i < lines->len; i++) {
        const RuleLine *line = &g_array_index(lines, RuleLine, i);
        TellingLine made = {.side = -1, .text = render(line->text, facts)};
        if (!made.text)
            continue;
        if (line->has_role) {
            made.side = role_side(facts, line->role);
            made.who = made.side >= 0 ? side_name((Side)made.side) : fact_role_name(line->role);
        }
        g_array_append_val(rendered, made);
    }
    return rendered;
}

static int compare_frames(gconstpointer a, gconstpointer b)
{
    const uint64_t *first = a, *second = b;
    return *first < *second ? -1 : *first > *second;
}

static void add_line_frames(const GArray *lines, FactSet *facts, GArray *frames)
{
    for (guint i = 0; lines && i < lines->len; i++)
        template_frames(g_array_index(lines, RuleLine, i).text, facts, frames);
}

/* Frames that the texts mention, and those the rule names as its evidence. */
static GArray *gather_evidence(const Rule *rule, FactSet *facts)
{
    GArray *frames = array_new(sizeof(uint64_t), NULL);
    const Template *texts[] = {rule->title, rule->happened, rule->lost};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i])
            template_frames(texts[i], facts, frames);
    add_line_frames(rule->programs, facts, frames);
    for (guint i = 0; rule->evidence && i < rule->evidence->len; i++) {
        const FactRef *ref = rule->evidence->pdata[i];
        const Value *value = fact_get(facts, *ref);
        uint64_t frame = value->type == VALUE_FRAME ? (uint64_t)value->as.number : value->frame;
        if (value->presence == VALUE_KNOWN)
            g_array_append_val(frames, frame);
    }
    g_array_sort(frames, compare_frames);
    guint kept = 0;
    for (guint i = 0; i < frames->len && kept < TELLING_EVIDENCE_MAX; i++) {
        uint64_t frame = g_array_index(frames, uint64_t, i);
        if (frame && (!kept || frame != g_array_index(frames, uint64_t, kept - 1)))
            g_array_index(frames, uint64_t, kept++) = frame;
    }
    g_array_set_size(frames, kept);
    return frames;
}

static Telling *telling_new(const Rule *rule, Severity severity, Certainty certainty, FactSet *facts)
{
    Telling *telling = g_rc_box_new0(Telling);
    telling->rule = rule;
    telling->severity = severity;
    telling->certainty = certainty;
    telling->title = render_title(rule, facts);
    telling->happened = render_paragraphs(rule->happened, facts);
    telling->saw = render_lines(rule->programs, facts);
    telling->lost = render(rule->lost, facts);
    telling->confirm = render_lines(rule->confirm, facts);
    telling->help = render_lines(rule->fix, facts);
    telling->evidence = gather_evidence(rule, facts);
    telling->possible = array_new(sizeof(TellingPossible), possible_clear);
    return telling;
}

Telling *telling_new_ending(const Case *subject)
{
    const Verdict *verdict = subject->verdict;
    Telling *telling = telling_new(verdict_ending(verdict), verdict_ending_severity(verdict),
                                   verdict->certainty, subject->facts);
    for (unsigned i = 0; i < verdict->possible_count; i++) {
        const Possibility *possibility = &verdict->possible[i];
        GString *fact = g_string_new(NULL);
        fact_format_name(fact, possibility->fact);
        TellingPossible possible = {possibility->rule, g_string_free(fact, FALSE), possibility->missing};
        g_array_append_val(telling->possible, possible);
    }
    return telling;
}

Telling *telling_new_cause(const Case *subject, unsigned index)
{
    const Verdict *verdict = subject->verdict;
    g_assert(index < verdict->cause_count);
    return telling_new(verdict->causes[index].rule, verdict_cause_severity(verdict, index),
                       verdict->causes[index].certainty, subject->facts);
}

Telling *telling_new_finding(const Case *subject, unsigned index)
{
    const Verdict *verdict = subject->verdict;
    g_assert(index < verdict->finding_count);
    return telling_new(verdict->findings[index].rule, verdict_finding_severity(verdict, index),
                       verdict->findings[index].certainty, subject->facts);
}

void telling_possible_format(GString *out, const TellingPossible *possible)
{
    g_string_append_printf(out, "could also be %s, but %s (%s)", possible->rule->id,
                           missing_reason_text(possible->missing), possible->fact);
}
