/* Golden texts; the directory is given when the test is built. */
#include "expected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <glib.h>
#include <stdlib.h>
#include <string.h>

void expect_text(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(EXPECTED_DIR, name, NULL);
    if (getenv("BLESS") && !g_file_set_contents(path, text, -1, NULL))
        fail_msg("%s cannot be written", path);
    g_autofree char *expected = NULL;
    if (!g_file_get_contents(path, &expected, NULL, NULL))
        fail_msg("%s is missing; BLESS=1 writes it", path);
    if (strcmp(text, expected))
        fail_msg("%s differs. Expected:\n%s\nGot:\n%s", name, expected, text);
}
