/* The interface of facts/catalogue.h over a table of a dozen facts and six roles. A fact that was not preset
 * is unknown. */
#include "fake-catalogue.h"

#include <stdlib.h>
#include <string.h>

static const char *const answers[] = {"syn", "syn-ack", "data", "fin", "ack", "nothing", NULL};
static const char *const handshakes[] = {"full", "syn-only", "none", NULL};

static const FactRow rows[] = {
    {.name = "side", .type = VALUE_SIDE, .per_side = true, .doc = "Who plays the role."},
    {.name = "addr", .type = VALUE_ADDRESS, .per_side = true, .doc = "Its address."},
    {.name = "port", .type = VALUE_PORT, .per_side = true, .doc = "Its port."},
    {.name = "fin.seen", .type = VALUE_BOOL, .per_side = true, .doc = "It sent a FIN."},
    {.name = "fin.acked", .type = VALUE_BOOL, .per_side = true, .doc = "Its FIN was acknowledged."},
    {.name = "fin.frame", .type = VALUE_FRAME, .per_side = true, .doc = "The frame of its FIN."},
    {.name = "fin.time", .type = VALUE_TIME, .unit = "ns", .per_side = true, .doc = "When it sent its FIN."},
    {.name = "data.bytes", .type = VALUE_BYTES, .unit = "bytes", .per_side = true, .doc = "What it sent."},
    {.name = "conn.packets", .type = VALUE_INT, .doc = "How many packets."},
    {.name = "conn.handshake", .type = VALUE_ENUM, .enum_names = handshakes, .doc = "The handshake."},
    {.name = "conn.label", .type = VALUE_STRING, .doc = "Some text."},
    {.name = "rst.seen", .type = VALUE_BOOL, .doc = "There is an RST."},
    {.name = "rst.sender", .type = VALUE_SIDE, .doc = "Who sent it."},
    {.name = "rst.answers", .type = VALUE_ENUM, .enum_names = answers, .doc = "What it answers."},
    {.name = "rst.frame", .type = VALUE_FRAME, .doc = "Its frame."},
    {.name = "rst.time", .type = VALUE_TIME, .unit = "ns", .doc = "When it was sent."},
    {.name = "rst.delay", .type = VALUE_DURATION, .unit = "ns", .doc = "How long after what it answers."},
    {.name = "rst.text", .type = VALUE_STRING, .doc = "What it carries."},
};

static const char *const role_names[ROLES] = {NULL,   "client",   "server",  "closer",
                                              "peer", "resetter", "resetted"};

struct FactSet {
    FactSetHead head; /* every role counts as a side of its own; no slot is ever computed */
    FactSlot slots[ROLES][G_N_ELEMENTS(rows)];
};

const char *fact_role_name(FactRole role)
{
    return role_names[role];
}

bool fact_role_find(const char *name, size_t length, FactRole *ret_role)
{
    for (unsigned role = ROLE_CLIENT; role < ROLES; role++) {
        if (role_names[role] && strlen(role_names[role]) == length &&
            !memcmp(role_names[role], name, length)) {
            *ret_role = (FactRole)role;
            return true;
        }
    }
    return false;
}

guint fact_count(void)
{
    return G_N_ELEMENTS(rows);
}

const FactRow *fact_row(guint row)
{
    return &rows[row];
}

static bool find_row(const char *name, size_t length, bool per_side, uint16_t *ret_row)
{
    for (uint16_t row = 0; row < G_N_ELEMENTS(rows); row++) {
        if (rows[row].per_side == per_side && strlen(rows[row].name) == length &&
            !memcmp(rows[row].name, name, length)) {
            *ret_row = row;
            return true;
        }
    }
    return false;
}

bool fact_find(const char *name, size_t length, FactRef *ret_ref)
{
    FactRef ref = {0};
    FactRole role;
    const char *dot = memchr(name, '.', length);
    size_t head = dot ? (size_t)(dot - name) : length;
    if (fact_role_find(name, head, &role)) {
        ref.role = (uint8_t)role;
        if (dot && !find_row(dot + 1, length - head - 1, true, &ref.row))
            return false;
    } else if (!find_row(name, length, false, &ref.row)) {
        return false;
    }
    *ret_ref = ref;
    return true;
}

char *fact_nearest(const char *name, size_t length)
{
    for (guint row = 0; row < G_N_ELEMENTS(rows);
         row++) /* enough for tests: one letter too many or few at the end */
        if (length > 3 && !rows[row].per_side && !strncmp(rows[row].name, name, length - 1))
            return g_strdup(rows[row].name);
    return NULL;
}

void fact_format_name(GString *out, FactRef ref)
{
    if (ref.role)
        g_string_append(out, role_names[ref.role]);
    if (ref.role && ref.row)
        g_string_append_c(out, '.');
    if (ref.row)
        g_string_append(out, rows[ref.row].name);
}

bool fact_is_fixed(FactRef ref, Side *ret_side)
{
    *ret_side = ref.role == ROLE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    return ref.row == 0 && (ref.role == ROLE_CLIENT || ref.role == ROLE_SERVER);
}

/* As if most connections had these. */
static const struct {
    const char *fact;
    FactSettled settled;
} facts_settled[] = {
    {"rst.seen", {1 << 0, false, false, true}},
    {"rst.answers", {1 << 1, true, SETTLED_ABSENT}},
    {"closer.fin.seen", {1 << 1, true, false, false}},
    {"conn.packets", {1 << 2, false, 2, 5}},
};

static FactRef settled_ref(unsigned index)
{
    FactRef ref;
    bool found = fact_find(facts_settled[index].fact, strlen(facts_settled[index].fact), &ref);
    g_assert(found);
    return ref;
}

bool fact_settled(FactRef ref, FactSettled *ret_settled)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(facts_settled); i++) {
        FactRef settled = settled_ref(i);
        if (settled.row == ref.row && settled.role == ref.role) {
            *ret_settled = facts_settled[i].settled;
            return true;
        }
    }
    return false;
}

static bool is_as_settled(const Value *value, const FactSettled *settled)
{
    if (value->presence != VALUE_KNOWN)
        return value->presence == VALUE_ABSENT && settled->may_be_absent;
    return value->as.number >= settled->low && value->as.number <= settled->high;
}

/* The bits of which all facts are as they would have them. */
static void find_usual(FactSet *facts)
{
    facts->head.usual = 1 << 0 | 1 << 1 | 1 << 2;
    for (unsigned i = 0; i < G_N_ELEMENTS(facts_settled); i++) {
        FactRef ref = settled_ref(i);
        if (!is_as_settled(&facts->slots[ref.role][ref.row].value, &facts_settled[i].settled))
            facts->head.usual &= ~facts_settled[i].settled.usual;
    }
}

void fact_compute(FactSet *facts, FactSlot *slot)
{
    (void)facts;
    (void)slot;
    g_assert_not_reached();
}

FactSet *fake_facts_new(void)
{
    FactSet *facts = g_new0(FactSet, 1);
    for (unsigned role = 0; role < ROLES; role++) {
        facts->head.of_role[role] = facts->slots[role];
        for (guint row = 0; row < G_N_ELEMENTS(rows); row++)
            facts->slots[role][row].value = (Value){.type = rows[row].type, .presence = VALUE_UNKNOWN};
    }
    facts->slots[ROLE_CLIENT][0].value = (Value){.type = VALUE_SIDE, .as.number = SIDE_CLIENT};
    facts->slots[ROLE_SERVER][0].value = (Value){.type = VALUE_SIDE, .as.number = SIDE_SERVER};
    return facts;
}

void fake_facts_free(FactSet *facts)
{
    g_free(facts);
}

void fake_facts_set(FactSet *facts, FactRef ref, const Value *value)
{
    facts->slots[ref.role][ref.row].value = *value;
    find_usual(facts);
}

static void preset(FactSet *facts, const char *name, Value value)
{
    FactRef ref;
    bool found = fact_find(name, strlen(name), &ref);
    g_assert(found);
    value.type = rows[ref.row].type;
    facts->slots[ref.role][ref.row].value = value;
    find_usual(facts);
}

void preset_bool(FactSet *facts, const char *name, bool value, uint64_t frame)
{
    preset(facts, name, (Value){.frame = frame, .as.boolean = value});
}

void preset_number(FactSet *facts, const char *name, int64_t value, uint64_t frame)
{
    preset(facts, name, (Value){.frame = frame, .as.number = value});
}

void preset_enum(FactSet *facts, const char *name, const char *value, uint64_t frame)
{
    FactRef ref;
    bool found = fact_find(name, strlen(name), &ref);
    g_assert(found);
    int64_t index = 0;
    while (strcmp(rows[ref.row].enum_names[index], value))
        index++;
    preset(facts, name, (Value){.frame = frame, .as.number = index});
}

void preset_string(FactSet *facts, const char *name, const char *value)
{
    preset(facts, name, (Value){.as.string = value});
}

void preset_address(FactSet *facts, const char *name, const char *value)
{
    Value address = {0};
    unsigned prefix;
    bool parsed = address_parse_prefix(value, &address.as.address, &prefix);
    g_assert(parsed);
    preset(facts, name, address);
}

void preset_unknown(FactSet *facts, const char *name, MissingReason missing)
{
    preset(facts, name, (Value){.presence = VALUE_UNKNOWN, .missing = missing});
}

void preset_absent(FactSet *facts, const char *name)
{
    preset(facts, name, (Value){.presence = VALUE_ABSENT});
}
