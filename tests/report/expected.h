/* Texts compared with files under tests/report/expected/. BLESS=1 in the environment writes them instead. */
#pragma once

/* Fails the test where `text` is not what the file holds. */
void expect_text(const char *name, const char *text);
