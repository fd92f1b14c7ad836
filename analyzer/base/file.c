#include "base/file.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's MAXSYMLINKS */

/* What the link at `path` says, beside it; NULL where it is no link. */
static char *follow_link(const char *path)
{
    g_autofree char *target = g_file_read_link(path, NULL);
    if (!target || g_path_is_absolute(target))
        return g_steal_pointer(&target);
    g_autofree char *folder = g_path_get_dirname(path);
    return g_build_filename(folder, target, NULL);
}

/* Nothing is there: the folder without links, and the name; or what a link that leads nowhere names. */
static char *place_of_missing(const char *path)
{
    g_autofree char *at = g_strdup(path);
    for (unsigned i = 0; i < LINKS_MAX; i++) {
        char *next = follow_link(at);
        if (!next)
            break;
        g_free(at);
        at = next;
    }
    g_autofree char *folder = g_path_get_dirname(at), *name = g_path_get_basename(at);
    char *resolved = realpath(folder, NULL);
    char *place = resolved ? g_build_filename(resolved, name, NULL) : NULL;
    free(resolved);
    return place;
}

char *file_place(const char *path)
{
    char *resolved = realpath(path, NULL);
    if (!resolved)
        return place_of_missing(path);
    char *place = g_strdup(resolved);
    free(resolved);
    return place;
}

static bool get_status(const char *path, struct stat *ret_status)
{
    return (strcmp(path, "-") ? stat(path, ret_status) : fstat(STDIN_FILENO, ret_status)) == 0;
}

static bool is_regular(const struct stat *status)
{
    return S_ISREG(status->st_mode);
}

static bool is_one(const struct stat *a, const struct stat *b)
{
    return is_regular(a) && is_regular(b) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool file_is_same(const char *a, const char *b)
{
    struct stat of_a, of_b;
    bool is_a = get_status(a, &of_a), is_b = get_status(b, &of_b);
    if (is_a || is_b)
        return is_a && is_b && is_one(&of_a, &of_b);
    g_autofree char *place_a = file_place(a), *place_b = file_place(b);
    return place_a && place_b && g_str_equal(place_a, place_b);
}

bool file_is_open_as(const char *path, int descriptor)
{
    struct stat of_path, of_descriptor;
    return get_status(path, &of_path) && fstat(descriptor, &of_descriptor) == 0 &&
           is_one(&of_path, &of_descriptor);
}

bool file_is_replaceable(const char *path)
{
    g_autofree char *place = file_place(path);
    struct stat status, folder_status;
    if (!place || g_str_has_prefix(path, "/dev/") || g_str_has_prefix(path, "/proc/"))
        return false;
    if (stat(place, &status) < 0)
        return true;
    g_autofree char *folder = g_path_get_dirname(place);
    return is_regular(&status) && stat(folder, &folder_status) == 0 && folder_status.st_dev == status.st_dev;
}
