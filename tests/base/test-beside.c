#define _GNU_SOURCE /* sched_getaffinity */
#include "testing.h"

#include <sched.h>

#include "base/beside.h"

typedef struct {
    cpu_set_t processors;
    bool has_run;
} Job;

static void note_processors(void *data)
{
    Job *job = data;
    assert_int_equal(sched_getaffinity(0, sizeof job->processors, &job->processors), 0);
    job->has_run = true;
}

static Job do_beside(void)
{
    Job job = {.has_run = false};
    beside_end(beside_begin("test", note_processors, &job));
    assert_true(job.has_run);
    return job;
}

static void may_go_anywhere(void **state)
{
    (void)state;
    cpu_set_t own;
    assert_int_equal(sched_getaffinity(0, sizeof own, &own), 0);
    assert_true(beside_is_possible() == (CPU_COUNT(&own) > 1));
    Job job = do_beside();
    assert_true(CPU_EQUAL(&job.processors, &own));
}

/* Which the caller is on. */
static void shares_the_only_processor(void **state)
{
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_false(beside_is_possible());
    Job job = do_beside();
    assert_true(CPU_EQUAL(&job.processors, &one));
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(may_go_anywhere),
        cmocka_unit_test(shares_the_only_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
