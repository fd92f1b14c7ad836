/* Plain slots, so that a signal handler finds each either whole or not at all. */
#include "base/unfinished.h"

#include <stddef.h>
#include <unistd.h>

#include "base/bounds.h"

static const char *volatile paths[UNFINISHED_MAX];

static void replace(const char *old, const char *new)
{
    for (unsigned i = 0; i < UNFINISHED_MAX; i++) {
        if (paths[i] == old) {
            paths[i] = new;
            return;
        }
    }
}

void unfinished_add(const char *path)
{
    replace(NULL, path);
}

void unfinished_remove(const char *path)
{
    replace(path, NULL);
}

void unfinished_unlink_all(void)
{
    for (unsigned i = 0; i < UNFINISHED_MAX; i++)
        if (paths[i])
            unlink(paths[i]);
}
