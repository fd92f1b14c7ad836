/* Whose an RST is: compared with the latest segments of its side, and with how long its answers take. */
#include "story.h"

/* From the server, after an exchange in which it sent a reply. */
static Script *exchange(Story *story)
{
    Script *script = &story->script;
    script->window = 64;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    script->window = 500;
    emit(script, SERVER, "P.", 1, 11, 20);
    script->window = 64;
    emit(script, CLIENT, ".", 11, 21, 0);
    return script;
}

/* As a box on the way sends it: no more than the numbers is right. */
static void forge(Script *script)
{
    script->options = 0;
    script->ip_id = 30000;
    script->window = 0;
}

static void a_ttl_of_its_own(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    forge(script);
    script->ttl[SERVER] = 57;
    emit(script, SERVER, "R.", 21, 11, 0);
    assert_true(first_reset(story)->ttl_differs);
    assert_false(first_reset(story)->has_own_marks);
}

/* A load balancer answered the SYN, a DSCP or a route changed: the latest segments are like it. */
static void the_ttl_of_the_latest(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    script->ttl[SERVER] = 39;
    handshake(script);
    script->ttl[SERVER] = 231;
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, "P.", 1, 11, 20);
    forge(script);
    emit(script, SERVER, "R.", 21, 11, 0);
    assert_false(first_reset(story)->ttl_differs);
}

static void the_ttl_of_the_first_is_no_longer_its(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    script->ttl[SERVER] = 251;
    handshake(script);
    script->ttl[SERVER] = 52;
    for (uint32_t i = 0; i < 3; i++)
        emit(script, SERVER, "P.", 1 + i, 1, 1);
    forge(script);
    script->ttl[SERVER] = 251;
    emit(script, SERVER, "R.", 4, 1, 0);
    assert_true(first_reset(story)->ttl_differs);
}

/* Linux 2.2 and Solaris answer without a socket with another initial value, from as far away. */
static void another_initial_ttl(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    forge(script);
    script->ttl[SERVER] = 255;
    emit(script, SERVER, "R", 21, 11, 0);
    assert_false(first_reset(story)->ttl_differs);
}

static void without_another_segment_nothing_is_known(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, SERVER, "R.", 0, 1, 0);
    assert_false(first_reset(story)->ttl_known);
    assert_false(first_reset(story)->ttl_differs);
}

/* Whatever its TTL: the host's counter goes on. */
static void an_ip_id_that_goes_on(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    forge(script);
    script->ip_id = 120;
    script->ttl[SERVER] = 57;
    emit(script, SERVER, "R.", 21, 11, 0);
    assert_true(first_reset(story)->ttl_differs);
    assert_true(first_reset(story)->has_own_marks);
}

static void a_window_of_its_own(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    forge(script);
    script->window = 500;
    emit(script, SERVER, "R.", 21, 11, 0);
    assert_true(first_reset(story)->has_own_marks);
}

/* The server is 60 ms away, and something answers in 1. */
static void sooner_than_it_can_answer(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    wait_ms(script, 59);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    wait_ms(script, 500);
    emit(script, CLIENT, "P.", 1, 1, 10); /* 4 */
    forge(script);
    emit(script, SERVER, "R", 1, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 4);
    assert_true(story->history.resets[0].too_soon);
}

static void no_sooner_than_it_can_answer(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    wait_ms(script, 59);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    wait_ms(script, 500);
    emit(script, CLIENT, "P.", 1, 1, 10);
    wait_ms(script, 59);
    forge(script);
    emit(script, SERVER, "R", 1, 0, 0);
    assert_false(first_reset(story)->too_soon);
}

/* Both aborted, one round trip apart at most. */
static void aborts_that_cross(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    emit(script, SERVER, "R.", 21, 11, 0);
    emit(script, CLIENT, "R.", 11, 21, 0);
    const History *history = story_tell(story);
    assert_true(history->resets[1].crosses);
    assert_false(history->resets[0].effective);
}

static void seconds_later_they_do_not_cross(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    emit(script, SERVER, "R.", 21, 11, 0);
    wait_ms(script, 17000);
    emit(script, CLIENT, "R.", 11, 21, 0);
    assert_false(story_tell(story)->resets[1].crosses);
}

/* A router clears what is left of a dead connection: that is no abort of the host's. */
static void a_thirds_does_not_take_back_the_first(void **state)
{
    Story *story = *state;
    Script *script = exchange(story);
    emit(script, SERVER, "R.", 21, 11, 0);
    wait_ms(script, 17000);
    forge(script);
    script->ttl[CLIENT] = 250;
    emit(script, CLIENT, "R.", 11, 21, 0);
    const History *history = story_tell(story);
    assert_true(history->resets[0].effective);
    assert_false(history->resets[1].ends_sender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(a_ttl_of_its_own),
        STORY_TEST(the_ttl_of_the_latest),
        STORY_TEST(the_ttl_of_the_first_is_no_longer_its),
        STORY_TEST(another_initial_ttl),
        STORY_TEST(without_another_segment_nothing_is_known),
        STORY_TEST(an_ip_id_that_goes_on),
        STORY_TEST(a_window_of_its_own),
        STORY_TEST(sooner_than_it_can_answer),
        STORY_TEST(no_sooner_than_it_can_answer),
        STORY_TEST(aborts_that_cross),
        STORY_TEST(seconds_later_they_do_not_cross),
        STORY_TEST(a_thirds_does_not_take_back_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
