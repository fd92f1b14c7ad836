/* Which file a path stands for, through links and whether or not it is there yet. */
#pragma once

#include <stdbool.h>

/* The path without symbolic links, of a file that need not exist; NULL where its folder does not. Caller
 * frees. */
char *file_place(const char *path);

/* Whether both stand for one regular file, or will, once it is there. Here and below "-" is standard input.
 */
bool file_is_same(const char *a, const char *b);

/* Whether `path` stands for the regular file that is open as `descriptor`. */
bool file_is_open_as(const char *path, int descriptor);

/* Whether a new file may take its place: there is none, or it is a regular one of the same file system as its
 * folder (no mount of its own) that is not merely a name for an open descriptor. */
bool file_is_replaceable(const char *path);
