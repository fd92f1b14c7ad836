/* Several rules ask the same: whether there is an RST at all, whether both sides sent FIN. Where all ways to
 * a step have made its test already and what they found leads to one exit, whoever would come to the step is
 * sent to that exit instead. What is known at a step is what holds on all ways there, so that the order of
 * steps and what each way comes to stay as they are. */
#include "rules/passes/shortcut.h"

#include <string.h>

#include "rules/passes/step.h"

enum { ANY = (1 << OUTCOMES) - 1, STEPS_MAX = 2048 };

typedef struct {
    Step *steps;
    guint count;
    guint *tests; /* of each step: the number of its test, which equal tests share */
    guint test_count;
    uint8_t *possible; /* a row a step, a byte a test: a bit for each TestOutcome that it may have there */
} Map;

static void number_tests(Map *map)
{
    for (guint i = 0; i < map->count; i++) {
        guint same = 0;
        while (!step_is_same_test(&map->steps[same], &map->steps[i]))
            same++;
        map->tests[i] = same < i ? map->tests[same] : map->test_count++;
    }
}

static uint8_t *possible_at(const Map *map, guint step)
{
    return map->possible + (gsize)step * map->test_count;
}

/* Where a step leads whose test has one of these outcomes; false where that depends on which. */
static bool find_exit(const Step *step, uint8_t outcomes, uint16_t *ret_exit)
{
    uint16_t first = step->next[__builtin_ctz(outcomes)];
    for (unsigned outcome = 0; outcome < OUTCOMES; outcome++)
        if (outcomes >> outcome & 1 && step->next[outcome] != first)
            return false;
    *ret_exit = first;
    return true;
}

/* The first test from `next` on that is not decided by what is possible. */
static uint16_t find_undecided(const Map *map, const uint8_t *possible, uint16_t next)
{
    while (next < map->count && find_exit(&map->steps[next], possible[map->tests[next]], &next))
        ;
    return next;
}

/* Where no way leads to the step, nothing is possible there. */
static void redirect(const Map *map, guint at)
{
    Step *step = &map->steps[at];
    uint8_t *possible = possible_at(map, at), *own = &possible[map->tests[at]], outcomes = *own;
    for (unsigned outcome = 0; outcome < OUTCOMES; outcome++) {
        if (!(outcomes >> outcome & 1))
            continue;
        *own = (uint8_t)(1 << outcome);
        uint16_t next = step->next[outcome] = find_undecided(map, possible, step->next[outcome]);
        for (guint test = 0; next < map->count && test < map->test_count; test++)
            possible_at(map, next)[test] |= possible[test];
    }
}

void shortcut_steps(Step *steps, guint count, const uint16_t *entries, guint entry_count)
{
    if (!count || count > STEPS_MAX)
        return;
    Map map = {.steps = steps, .count = count, .tests = g_new(guint, count)};
    number_tests(&map);
    map.possible = g_malloc0((gsize)count * map.test_count);
    for (guint i = 0; i < entry_count; i++)
        if (entries[i] < count)
            memset(possible_at(&map, entries[i]), ANY, map.test_count);
    for (guint at = count; at-- > 0;)
        redirect(&map, at);
    g_free(map.possible);
    g_free(map.tests);
}
