/* --expect and --write-expect: a run that holds traces against what they should show, or writes that down. */
#pragma once

#include "rules/expect/expectations.h"
#include "verdict/case.h"

typedef struct Expect Expect;

/* Each may be NULL: a file to hold the run against, and one to write. NULL with an error where the first
 * cannot be read. `rules` is borrowed. */
Expect *expect_new(const char *path, const char *write_path, const RuleSet *rules, GError **error);
void expect_free(Expect *expect);

/* The next connection, in the order of captures and streams. */
void expect_take(Expect *expect, const Case *subject);

/* After the last: writes the file, and says what was otherwise. True where all was as expected; false with an
 * error where the file could not be written, and without one where something was missed. */
bool expect_finish(Expect *expect, GString *ret_text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expect, expect_free)
