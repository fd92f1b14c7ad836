/* To be preloaded: makes the calls of one function fail from a certain one on, as FAIL says.
 *
 *     FAIL=write:3:28    the third call of write() and all after it give ENOSPC (28)
 *     FAIL=read:2:5+1    only the second call fails
 *
 * Calls on standard error do not count, so that the program can say what happened. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned calls;

/* Whether this call is to fail; then errno is set. */
static int fails(const char *name)
{
    const char *wanted = getenv("FAIL");
    size_t length = strlen(name);
    if (!wanted || strncmp(wanted, name, length) != 0 || wanted[length] != ':')
        return 0;
    unsigned first = 0, number = 0, only = 0;
    if (sscanf(wanted + length + 1, "%u:%u+%u", &first, &number, &only) < 2)
        return 0;
    unsigned call = __sync_add_and_fetch(&calls, 1);
    if (call < first || (only && call >= first + only))
        return 0;
    errno = (int)number;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count)
{
    return fd != STDERR_FILENO && fails("write") ? -1 : REAL(write)(fd, bytes, count);
}

ssize_t read(int fd, void *bytes, size_t count)
{
    return fails("read") ? -1 : REAL(read)(fd, bytes, count);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset)
{
    return fails("pread") ? -1 : REAL(pread64)(fd, bytes, count, offset);
}

static int open_any(const char *path, int flags, unsigned mode)
{
    return fails("open") ? -1 : openat(AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    return open_any(path, flags, mode);
}

int fstat(int fd, struct stat *status)
{
    return fails("fstat") ? -1 : REAL(fstat)(fd, status);
}

int fstat64(int fd, struct stat64 *status)
{
    return fails("fstat") ? -1 : REAL(fstat64)(fd, status);
}

int rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : REAL(rename)(from, to);
}

int close(int fd)
{
    int result = REAL(close)(fd);
    return fails("close") ? -1 : result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *data)
{
    return fails("pthread_create") ? errno : REAL(pthread_create)(thread, attributes, function, data);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    return fails("mmap") ? MAP_FAILED : REAL(mmap64)(address, length, protection, flags, fd, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return fails("mmap") ? MAP_FAILED : REAL(mmap)(address, length, protection, flags, fd, offset);
}
