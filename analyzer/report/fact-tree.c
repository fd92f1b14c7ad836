/* Facts by family: what stands before the first dot of a name, and for facts of one side that side. The other
 * roles are shown as what they are here: names for a side. */
#include <inttypes.h>
#include <string.h>

#include "report/stream.h"
#include "rules/text/template.h"

static void append_value(GString *out, const Style *style, const FactRow *row, const Value *value)
{
    GString *text = g_string_new(NULL);
    if (value->presence == VALUE_KNOWN)
        value_format(text, value, row, style->is_ascii);
    else if (value->presence == VALUE_ABSENT)
        g_string_append(text, "none");
    else
        g_string_append_printf(text, "unknown: %s", missing_reason_text(value->missing));
    if (value->presence == VALUE_KNOWN && value->frame && value->type != VALUE_FRAME)
        g_string_append_printf(text, "  (frame %" PRIu64 ")", value->frame);
    style_append(out, style, value->presence == VALUE_KNOWN ? TONE_PLAIN : TONE_DIM, text->str);
    g_string_append_c(out, '\n');
    g_string_free(text, TRUE);
}

static void append_fact(GString *out, const Style *style, FactSet *facts, FactRef ref)
{
    GString *name = g_string_new(NULL);
    fact_format_name(name, ref);
    g_string_append_printf(out, "    %s: ", name->str);
    append_value(out, style, fact_ref_row(ref), fact_get(facts, ref));
    g_string_free(name, TRUE);
}

static void append_family_head(GString *out, const Style *style, const char *name, size_t length)
{
    g_autofree char *family = g_strndup(name, length);
    style_append(out, style, TONE_STRONG, family);
    g_string_append_c(out, '\n');
}

static void append_connection_facts(GString *out, const Style *style, FactSet *facts)
{
    const char *family = "";
    for (guint i = 0; i < fact_count(); i++) {
        const FactRow *row = fact_row(i);
        if (row->per_side)
            continue;
        size_t length = strcspn(row->name, ".");
        if (strncmp(family, row->name, length + 1))
            append_family_head(out, style, row->name, length);
        family = row->name;
        append_fact(out, style, facts, (FactRef){.row = (uint16_t)i, .role = ROLE_NONE});
    }
}

static void append_side_facts(GString *out, const Style *style, FactSet *facts, FactRole role)
{
    append_family_head(out, style, fact_role_name(role), strlen(fact_role_name(role)));
    for (guint i = 0; i < fact_count(); i++)
        if (fact_row(i)->per_side && fact_row(i)->type != VALUE_SIDE) /* which side it is, is the heading */
            append_fact(out, style, facts, (FactRef){.row = (uint16_t)i, .role = (uint8_t)role});
}

static void append_roles(GString *out, const Style *style, FactSet *facts)
{
    append_family_head(out, style, "roles", strlen("roles"));
    for (unsigned role = ROLE_CLOSER; role < ROLES; role++) {
        const char *name = fact_role_name((FactRole)role);
        FactRef ref;
        if (!fact_find(name, strlen(name), &ref))
            continue;
        g_string_append_printf(out, "    %s: ", name);
        append_value(out, style, fact_ref_row(ref), fact_get(facts, ref));
    }
}

void fact_tree_append(GString *out, const Style *style, FactSet *facts)
{
    append_connection_facts(out, style, facts);
    append_roles(out, style, facts);
    append_side_facts(out, style, facts, ROLE_CLIENT);
    append_side_facts(out, style, facts, ROLE_SERVER);
}
