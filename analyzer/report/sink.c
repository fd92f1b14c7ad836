#include "report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/unfinished.h"

#define SINK_BUFFER_BYTES ((gsize)1 << 18)

struct Sink {
    char *name;       /* in messages */
    int descriptor;   /* -1 in memory */
    char *path;       /* of a regular file, without links; else NULL */
    char *unfinished; /* what is written meanwhile, to be renamed to `path`; else NULL */
    GString *memory;
    char *buffer;
    gsize used;
    int error; /* errno of the first write that failed */
    bool is_dropped;
};

static Sink *sink_new_descriptor(const char *name, int descriptor)
{
    Sink *sink = g_new0(Sink, 1);
    sink->name = g_strdup(name);
    sink->descriptor = descriptor;
    sink->buffer = g_malloc(SINK_BUFFER_BYTES);
    return sink;
}

static void sink_free(Sink *sink)
{
    if (sink->descriptor > STDERR_FILENO)
        close(sink->descriptor);
    if (sink->unfinished) {
        unlink(sink->unfinished);
        unfinished_remove(sink->unfinished);
    }
    if (sink->memory)
        g_string_free(sink->memory, TRUE);
    g_free(sink->unfinished);
    g_free(sink->path);
    g_free(sink->buffer);
    g_free(sink->name);
    g_free(sink);
}

static bool fail(const char *name, int error_number, GError **error)
{
    /* 0 to 2 are never other files: see main.c */
    const char *reason = error_number == EBADF ? "it is closed" : g_strerror(error_number);
    g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "%s: cannot be written: %s", name, reason);
    return false;
}

/* A new file in the folder of `path`, with the rights of the one that is there. */
static bool sink_begin_beside(Sink *sink, const char *path)
{
    struct stat old;
    bool is_old = stat(path, &old) == 0;
    g_autofree char *folder = g_path_get_dirname(path);
    char *beside = g_strconcat(folder, "/.closelint-XXXXXX", NULL);
    sink->descriptor = g_mkstemp_full(beside, O_WRONLY | O_CLOEXEC, 0666);
    if (sink->descriptor < 0) {
        g_free(beside);
        return false;
    }
    unfinished_add(beside);
    sink->unfinished = beside;
    sink->path = g_strdup(path);
    if (is_old && fchown(sink->descriptor, old.st_uid, old.st_gid) == 0)
        fchmod(sink->descriptor, old.st_mode & 07777);
    else if (is_old)
        fchmod(sink->descriptor, old.st_mode & 0777);
    return true;
}

/* As it lies, which empties it. */
static bool sink_begin_in_place(Sink *sink, const char *path)
{
    sink->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    return sink->descriptor >= 0;
}

Sink *sink_new(const char *path, GError **error)
{
    if (!path || !strcmp(path, "-"))
        return sink_new_descriptor("standard output", STDOUT_FILENO);
    Sink *sink = sink_new_descriptor(path, -1);
    g_autofree char *target = file_place(path);
    bool is_begun = file_is_replaceable(path) && sink_begin_beside(sink, target);
    if (!is_begun && !sink_begin_in_place(sink, path)) {
        fail(path, errno, error);
        sink_free(sink);
        return NULL;
    }
    return sink;
}

Sink *sink_new_spool(GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) problem = NULL;
    int descriptor = g_file_open_tmp("closelint-XXXXXX", &path, &problem);
    if (descriptor < 0) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "a temporary file is needed: %s",
                    problem->message);
        return NULL;
    }
    unlink(path);
    g_autofree char *name = g_strdup_printf("a temporary file in %s", g_get_tmp_dir());
    return sink_new_descriptor(name, descriptor);
}

Sink *sink_new_memory(void)
{
    Sink *sink = sink_new_descriptor("memory", -1);
    sink->memory = g_string_new(NULL);
    return sink;
}

const GString *sink_text(const Sink *sink)
{
    return sink->memory;
}

/* Somebody else may have made a terminal or pipe one that does not wait. */
static bool may_try_again(int descriptor)
{
    struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
    return errno == EINTR || (errno == EAGAIN && poll(&wait, 1, -1) >= 0);
}

static void sink_put(Sink *sink, const char *text, gsize length)
{
    while (length && !sink->error) {
        ssize_t written = write(sink->descriptor, text, length);
        if (written > 0) {
            text += written;
            length -= (gsize)written;
        } else if (written == 0 || !may_try_again(sink->descriptor)) {
            sink->error = written < 0 ? errno : EIO;
        }
    }
}

static void sink_flush(Sink *sink)
{
    sink_put(sink, sink->buffer, sink->used);
    sink->used = 0;
}

void sink_write(Sink *sink, const char *text, gsize length)
{
    if (sink->memory) {
        g_string_append_len(sink->memory, text, (gssize)length);
        return;
    }
    if (length > SINK_BUFFER_BYTES - sink->used)
        sink_flush(sink);
    if (length > SINK_BUFFER_BYTES) {
        sink_put(sink, text, length);
        return;
    }
    memcpy(sink->buffer + sink->used, text, length);
    sink->used += length;
}

void sink_puts(Sink *sink, const char *text)
{
    sink_write(sink, text, strlen(text));
}

void sink_take(Sink *sink, GString *text)
{
    sink_write(sink, text->str, text->len);
    g_string_truncate(text, 0);
}

void sink_pour(Sink *sink, Sink *spool)
{
    char bytes[1 << 16];
    off_t at = 0;
    ssize_t got = 0;
    sink_flush(spool);
    while (!spool->error && (got = pread(spool->descriptor, bytes, sizeof bytes, at)) > 0) {
        sink_write(sink, bytes, (gsize)got);
        at += got;
    }
    if (got < 0)
        spool->error = errno;
}

bool sink_is_broken(const Sink *sink)
{
    return sink->error;
}

int sink_descriptor(const Sink *sink)
{
    return sink->descriptor;
}

void sink_drop(Sink *sink)
{
    sink->is_dropped = true;
}

/* Some file systems say only now what could not be written. Standard output stays open. */
static void sink_close_descriptor(Sink *sink)
{
    bool is_stdout = sink->descriptor == STDOUT_FILENO;
    int descriptor = is_stdout ? dup(sink->descriptor) : sink->descriptor;
    if (descriptor >= 0 && close(descriptor) < 0 && !sink->error)
        sink->error = errno;
    sink->descriptor = -1;
}

static void sink_publish(Sink *sink)
{
    if (sink->error || rename(sink->unfinished, sink->path) < 0) {
        sink->error = sink->error ? sink->error : errno;
        return;
    }
    unfinished_remove(sink->unfinished);
    g_clear_pointer(&sink->unfinished, g_free);
}

bool sink_close(Sink *sink, GError **error)
{
    if (!sink)
        return true;
    if (sink->descriptor >= 0) {
        if (!sink->is_dropped)
            sink_flush(sink);
        sink_close_descriptor(sink);
    }
    if (sink->unfinished && !sink->is_dropped)
        sink_publish(sink);
    bool is_good = !sink->error || sink->error == EPIPE || fail(sink->name, sink->error, error);
    sink_free(sink);
    return is_good;
}
