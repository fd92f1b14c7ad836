/* What the rules made of the connection: for --where, which asks when all of them have judged. A rule cannot
 * ask for it, since it has a part in it. */
#include "facts/private.h"

static const char *const severity_names[] = {"ok", "note", "warning", "error", NULL};

static void set_string(Value *value, const char *string)
{
    if (!string)
        return;
    value->presence = VALUE_KNOWN;
    value->as.string = string;
}

static const FactJudged *judged(const FactSet *facts)
{
    static const FactJudged nothing;
    return facts->judged_epoch == facts->head.epoch ? &facts->judged : &nothing;
}

static void ending(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    set_string(value, judged(facts)->ending);
}

static void cause(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    set_string(value, judged(facts)->cause);
}

static void severity(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, judged(facts)->severity, 0);
}

static const FactRow rows[] = {
    {"ending", VALUE_STRING, NULL, NULL, false, "How it ended: the id of the rule. For --where only.", ending,
     .is_judged = true},
    {"cause", VALUE_STRING, NULL, NULL, false,
     "Why it ended so: the id of the cause that leads. For --where only.", cause, .is_judged = true},
    {"severity", VALUE_ENUM, NULL, severity_names, false,
     "What it counts as, the worst of its cause or ending and its findings. For --where only.", severity,
     .is_judged = true},
};

const FactFamily fact_family_judged = {rows, G_N_ELEMENTS(rows)};

void fact_set_judged(FactSet *facts, const FactJudged *what)
{
    facts->judged = *what;
    facts->judged_epoch = facts->head.epoch;
}
