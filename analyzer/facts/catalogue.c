/* The catalogue as one table, names under roles, and the cache of one connection's values. */
#include "facts/catalogue.h"

#include <string.h>

#include "facts/private.h"

static const FactFamily *const families[] = {
    &fact_family_connection, &fact_family_side,     &fact_family_ending,   &fact_family_close,
    &fact_family_rst,        &fact_family_rst_more, &fact_family_listener, &fact_family_capture,
    &fact_family_zeek,       &fact_family_frames,   &fact_family_exchange, &fact_family_judged,
    &fact_family_together,
};

static const char *const role_names[ROLES] = {
    NULL, "client", "server", "closer", "peer", "resetter", "resetted", "stalled", "silent",
};

const char *fact_role_name(FactRole role)
{
    return role_names[role];
}

bool fact_role_find(const char *name, size_t length, FactRole *ret_role)
{
    for (unsigned role = ROLE_CLIENT; role < ROLES; role++) {
        if (strlen(role_names[role]) == length && !memcmp(role_names[role], name, length)) {
            *ret_role = (FactRole)role;
            return true;
        }
    }
    return false;
}

guint fact_count(void)
{
    guint count = 0;
    for (guint i = 0; i < G_N_ELEMENTS(families); i++)
        count += families[i]->count;
    return count;
}

const FactRow *fact_row(guint row)
{
    for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
        if (row < families[i]->count)
            return &families[i]->rows[row];
        row -= families[i]->count;
    }
    g_return_val_if_reached(NULL);
}

static bool find_row(const char *name, size_t length, bool per_side, uint16_t *ret_row)
{
    guint before = 0;
    for (guint i = 0; i < G_N_ELEMENTS(families); before += families[i++]->count) {
        for (guint j = 0; j < families[i]->count; j++) {
            const FactRow *row = &families[i]->rows[j];
            if (row->per_side == per_side && *row->name == *name && !strncmp(row->name, name, length) &&
                !row->name[length]) {
                *ret_row = (uint16_t)(before + j);
                return true;
            }
        }
    }
    return false;
}

bool fact_find(const char *name, size_t length, FactRef *ret_ref)
{
    FactRef ref = {.role = ROLE_NONE};
    FactRole role;
    const char *dot = memchr(name, '.', length);
    size_t first = dot ? (size_t)(dot - name) : length;
    if (!fact_role_find(name, first, &role)) {
        if (!find_row(name, length, false, &ref.row))
            return false;
    } else {
        ref.role = role;
        bool found = dot ? find_row(dot + 1, length - first - 1, true, &ref.row)
                         : find_row("side", strlen("side"), true, &ref.row);
        if (!found)
            return false;
    }
    *ret_ref = ref;
    return true;
}

void fact_format_name(GString *out, FactRef ref)
{
    if (ref.role != ROLE_NONE)
        g_string_append_printf(out, "%s.", role_names[ref.role]);
    g_string_append(out, fact_row(ref.row)->name);
}

/* Levenshtein's distance, for names of a few dozen characters. */
static guint edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    enum { LONGEST = 63 };
    if (a_length > LONGEST || b_length > LONGEST)
        return G_MAXUINT;
    guint row[LONGEST + 1];
    for (guint j = 0; j <= b_length; j++)
        row[j] = j;
    for (guint i = 1; i <= a_length; i++) {
        guint diagonal = row[0];
        row[0] = i;
        for (guint j = 1; j <= b_length; j++) {
            guint replace = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(replace, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_length];
}

char *fact_nearest(const char *name, size_t length)
{
    g_autoptr(GString) best = NULL;
    guint best_distance = (guint)length / 3 + 1;
    for (guint i = 0; i < fact_count(); i++) {
        const FactRow *row = fact_row(i);
        for (guint role = row->per_side ? ROLE_CLIENT : ROLE_NONE;
             role < (row->per_side ? ROLES : ROLE_CLIENT); role++) {
            g_autoptr(GString) candidate = g_string_new(NULL);
            fact_format_name(candidate, (FactRef){(uint16_t)i, (uint8_t)role});
            guint distance = edit_distance(name, length, candidate->str, candidate->len);
            if (distance < best_distance || (distance == best_distance && !best)) {
                best_distance = distance;
                if (best)
                    g_string_free(best, TRUE);
                best = g_steal_pointer(&candidate);
            }
        }
    }
    return best ? g_string_free(g_steal_pointer(&best), FALSE) : NULL;
}

bool fact_is_fixed(FactRef ref, Side *ret_side)
{
    if (fact_ref_row(ref)->type != VALUE_SIDE || (ref.role != ROLE_CLIENT && ref.role != ROLE_SERVER))
        return false;
    *ret_side = ref.role == ROLE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    return true;
}

static guint row_of(const char *name)
{
    uint16_t row;
    bool found = find_row(name, strlen(name), false, &row);
    g_assert(found);
    return row;
}

/* One after the other: the client's, the server's, and those of nobody, which are never computed. */
static void make_slots(FactSet *facts)
{
    gsize count = fact_count();
    FactSlot *slots = g_aligned_alloc0((SIDES + 1) * count, sizeof(FactSlot), 64);
    facts->slots[SIDE_CLIENT] = slots;
    facts->slots[SIDE_SERVER] = slots + count;
    facts->nobodys = slots + SIDES * count;
    facts->three_segment = slots + row_of("close.three_segment");
    for (guint i = 0; i < count; i++) {
        const FactRow *row = fact_row(i);
        slots[i] = slots[count + i] = (FactSlot){.value = {.type = row->type}, .compute = row->compute};
        facts->nobodys[i] = (FactSlot){.value = {.presence = VALUE_ABSENT}, .epoch = UINT64_MAX};
    }
}

FactSet *fact_set_new(void)
{
    FactSet *facts = g_new0(FactSet, 1);
    make_slots(facts);
    return facts;
}

void fact_set_free(FactSet *facts)
{
    if (!facts)
        return;
    g_aligned_free(facts->slots[SIDE_CLIENT]);
    g_free(facts);
}

/* Who plays a role and who the other one; -1 for nobody. */
static void set_roles(FactSet *facts, FactRole role, FactRole others, int side)
{
    FactSlot **of_role = facts->head.of_role;
    of_role[role] = side < 0 ? facts->nobodys : facts->slots[side];
    of_role[others] = side < 0 ? facts->nobodys : facts->slots[side_other((Side)side)];
}

static void set_all_roles(FactSet *facts, int closer, int resetter, int stalled)
{
    facts->head.of_role[ROLE_NONE] = facts->slots[SIDE_CLIENT];
    set_roles(facts, ROLE_CLIENT, ROLE_SERVER, SIDE_CLIENT);
    set_roles(facts, ROLE_CLOSER, ROLE_PEER, closer);
    set_roles(facts, ROLE_RESETTER, ROLE_RESETTED, resetter);
    set_roles(facts, ROLE_STALLED, ROLE_SILENT, stalled);
}

void fact_set_begin(FactSet *facts, History *history, const FactContext *context)
{
    facts->history = history;
    facts->context = context;
    facts->head.epoch++;
    facts->head.usual = facts_usual(history);
    set_all_roles(facts, history->closer, history->resetter, history->stalled);
}

/* How the close went is the one thing that is settled in two ways: the fact itself is known. */
void fact_set_begin_plain(FactSet *facts, const Plain *plain, const FactContext *context, FactRecall *recall,
                          void *data)
{
    facts->history = NULL;
    facts->recall = recall;
    facts->recall_data = data;
    facts->context = context;
    facts->head.epoch++;
    facts->head.usual = USUAL_ALL;
    set_all_roles(facts, plain->closer, -1, -1);
    facts->three_segment->epoch = facts->head.epoch;
    value_set_bool(&facts->three_segment->value, plain->three_segment,
                   plain->fins[side_other(plain->closer)]->frame);
}

const History *fact_set_history(FactSet *facts)
{
    if (!facts->history)
        facts->history = facts->recall(facts->recall_data);
    return facts->history;
}

void fact_compute(FactSet *facts, FactSlot *slot)
{
    fact_set_history(facts);
    slot->epoch = facts->head.epoch;
    Value *value = &slot->value;
    value->presence = VALUE_ABSENT;
    value->missing = MISSING_NOTHING;
    value->frame = 0;
    value->as.number = 0;
    slot->compute(facts, slot < facts->slots[SIDE_SERVER] ? SIDE_CLIENT : SIDE_SERVER, value);
}
