/* A script whose history is asked for: what the tests of endpoint and facts share. */
#pragma once

#include "endpoint/history.h"
#include "script.h"

typedef struct {
    Script script;
    History history; /* of the last segment's connection, after story_tell() */
} Story;

/* For cmocka: *state becomes a Story. */
int story_begin(void **state);
int story_end(void **state);

const History *story_tell(Story *story);

/* Tells the story; its first RST, which there must be. */
const ResetRecord *first_reset(Story *story);

/* Tells the story and compares what its first RST is. */
void assert_reset(Story *story, RstForm form, RstAnswers answers, uint32_t answers_frame);

/* Tells the story and compares the states at its end. */
void assert_ends_in(Story *story, TcpState client, TcpState server);

/* The way of one side through its states with the frames that caused each: "SYN_SENT@1 ESTABLISHED@2"; a "?"
 * before what is only presumed. */
void assert_way(Story *story, Side side, const char *expected);

#define STORY_TEST(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)
