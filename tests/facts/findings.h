/* Facts of a story by name, and what they must be. */
#pragma once

#include "facts/facts.h"
#include "story.h"

/* Facts of the last segment's connection, in a capture that ends `silence_ms` after that segment. Everything
 * before is forgotten. Borrowed until the next call. */
FactSet *facts_of(Story *story, int64_t silence_ms);

/* The same of any stream. */
FactSet *facts_of_stream(Story *story, uint32_t stream, int64_t silence_ms);

void assert_fact(FactSet *facts, const char *name, int64_t expected); /* bool, number, enum by index, side */
void assert_fact_is(FactSet *facts, const char *name, const char *expected); /* enum by name, string */
void assert_fact_frame(FactSet *facts, const char *name, uint64_t frame);    /* the frame that proves it */
void assert_unknown(FactSet *facts, const char *name, MissingReason missing);
void assert_absent(FactSet *facts, const char *name);

int findings_end(void **state);

#define FACT_TEST(name) cmocka_unit_test_setup_teardown(name, story_begin, findings_end)
