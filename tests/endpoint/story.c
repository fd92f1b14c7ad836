#include "story.h"

int story_begin(void **state)
{
    Story *story = g_new0(Story, 1);
    script_init(&story->script);
    *state = story;
    return 0;
}

int story_end(void **state)
{
    Story *story = *state;
    script_clear(&story->script);
    g_free(story);
    return 0;
}

const History *story_tell(Story *story)
{
    history_build(&story->history, story->script.table, script_stream(&story->script));
    return &story->history;
}

const ResetRecord *first_reset(Story *story)
{
    const History *history = story_tell(story);
    assert_true(history->reset_count > 0);
    return &history->resets[0];
}

void assert_reset(Story *story, RstForm form, RstAnswers answers, uint32_t answers_frame)
{
    const ResetRecord *reset = first_reset(story);
    assert_string_equal(rst_form_name(reset->form), rst_form_name(form));
    assert_string_equal(rst_answers_name(reset->answers), rst_answers_name(answers));
    assert_int_equal(reset->answers_frame, answers_frame);
}

void assert_ends_in(Story *story, TcpState client, TcpState server)
{
    const History *history = story_tell(story);
    assert_string_equal(tcp_state_name(history->side[CLIENT].state), tcp_state_name(client));
    assert_string_equal(tcp_state_name(history->side[SERVER].state), tcp_state_name(server));
}

void assert_way(Story *story, Side side, const char *expected)
{
    const History *history = story_tell(story);
    g_autoptr(GString) way = g_string_new(NULL);
    for (unsigned i = 0; i < history->transition_count; i++) {
        const Transition *transition = &history->transitions[i];
        if (transition->side == side)
            g_string_append_printf(way, "%s%s%s@%u", way->len ? " " : "", transition->inferred ? "?" : "",
                                   tcp_state_name(transition->to), transition->frame);
    }
    assert_string_equal(way->str, expected);
}
