/* Which connections are found plain. That what is then known of them is what their history says is held by
 * fuzz-flow. */
#include "facts/plain.h"

#include "findings.h"

static bool recognize(Story *story, Plain *ret_plain)
{
    static ConnectionRecord record;
    flow_table_read(story->script.table, script_stream(&story->script), &record);
    return plain_recognize(&record.connection, record.events, ret_plain);
}

static void exchange(Script *script)
{
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, "P.", 1, 11, 20);
    emit(script, CLIENT, ".", 11, 21, 0);
}

static void a_close_by_four_segments(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    emit(&story->script, CLIENT, "F.", 11, 21, 0);
    emit(&story->script, SERVER, ".", 21, 12, 0);
    assert_false(recognize(story, &plain));
    emit(&story->script, SERVER, "F.", 21, 12, 0);
    assert_false(recognize(story, &plain)); /* its acknowledgement may still be missing */
    emit(&story->script, CLIENT, ".", 12, 22, 0);
    assert_true(recognize(story, &plain));
    assert_int_equal(plain.closer, CLIENT);
    assert_false(plain.three_segment);
}

static void a_close_by_three_segments(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    emit(&story->script, SERVER, "F.", 21, 11, 0);
    emit(&story->script, CLIENT, "F.", 11, 22, 0);
    emit(&story->script, SERVER, ".", 22, 12, 0);
    assert_true(recognize(story, &plain));
    assert_int_equal(plain.closer, SERVER);
    assert_true(plain.three_segment);
}

static void closes_that_cross_are_not_plain(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    emit(&story->script, SERVER, "F.", 21, 11, 0);
    emit(&story->script, CLIENT, "F.", 11, 21, 0);
    emit(&story->script, SERVER, ".", 22, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 22, 0);
    assert_false(recognize(story, &plain));
}

static void data_after_the_first_fin_is_not_plain(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    emit(&story->script, CLIENT, "F.", 11, 21, 0);
    emit(&story->script, SERVER, "P.", 21, 12, 5);
    emit(&story->script, SERVER, "F.", 26, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 27, 0);
    assert_false(recognize(story, &plain));
}

static void a_pause_is_not_plain(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    wait_ms(&story->script, 1000);
    emit(&story->script, CLIENT, "F.", 11, 21, 0);
    emit(&story->script, SERVER, "F.", 21, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 22, 0);
    assert_false(recognize(story, &plain));
}

static void what_is_sent_again_is_not_plain(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    emit(&story->script, CLIENT, "P.", 1, 21, 10);
    emit(&story->script, CLIENT, "F.", 11, 21, 0);
    emit(&story->script, SERVER, "F.", 21, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 22, 0);
    assert_false(recognize(story, &plain));
}

static void a_reset_is_not_plain(void **state)
{
    Story *story = *state;
    Plain plain;
    exchange(&story->script);
    emit(&story->script, CLIENT, "F.", 11, 21, 0);
    emit(&story->script, SERVER, "F.", 21, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 22, 0);
    emit(&story->script, SERVER, "R", 22, 0, 0);
    assert_false(recognize(story, &plain));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(a_close_by_four_segments),
        STORY_TEST(a_close_by_three_segments),
        STORY_TEST(closes_that_cross_are_not_plain),
        STORY_TEST(data_after_the_first_fin_is_not_plain),
        STORY_TEST(a_pause_is_not_plain),
        STORY_TEST(what_is_sent_again_is_not_plain),
        STORY_TEST(a_reset_is_not_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
