/* The C library's allocator, but for what it does when it has nothing to give: GLib would then compose a
 * message, for which there is no memory either, and so on until the stack is full; its slices abort. Only the
 * program has this, not the tests, and not under a sanitizer, which brings an allocator of its own. Its
 * libraries' own ways to do without (zstd's) are never tried: they would fail a moment later.
 *
 * To replace malloc() is what glibc allows (its manual, "Replacing malloc"), and these are the names under
 * which it has its own; other C libraries have other names, and are left alone. */
#include <stdlib.h>

#ifdef __GLIBC__

#include <errno.h>

#include "pipeline/memory.h"

/* The names are glibc's, and its own declarations name other parameters. */
/* NOLINTBEGIN(bugprone-reserved-identifier,readability-inconsistent-declaration-parameter-name) */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void *checked(void *block, size_t size)
{
    if (!block && size)
        memory_exhausted();
    return block;
}

void *malloc(size_t size)
{
    return checked(__libc_malloc(size), size);
}

void *calloc(size_t count, size_t size)
{
    return checked(__libc_calloc(count, size), count ? size : 0);
}

void *realloc(void *block, size_t size)
{
    return checked(__libc_realloc(block, size), size);
}

int posix_memalign(void **ret_block, size_t alignment, size_t size)
{
    if (!alignment || alignment % sizeof(void *) || alignment & (alignment - 1))
        return EINVAL;
    *ret_block = checked(__libc_memalign(alignment, size), size);
    return 0;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-inconsistent-declaration-parameter-name) */

#endif
