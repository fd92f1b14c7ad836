/* One stdio stream with a buffer large enough that a long report costs few system calls. */
#include "report/sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define SINK_BUFFER_BYTES (1u << 18)

struct Sink {
    char *name;
    FILE *file; /* NULL in memory */
    GString *memory;
    char *buffer;
    int error; /* errno of the first write that failed */
};

Sink *sink_new(const char *path, GError **error)
{
    bool is_stdout = !path || !strcmp(path, "-");
    FILE *file = is_stdout ? stdout : fopen(path, "we");
    if (!file) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "%s: cannot be written: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    Sink *sink = g_new0(Sink, 1);
    sink->name = g_strdup(is_stdout ? "standard output" : path);
    sink->file = file;
    sink->buffer = g_malloc(SINK_BUFFER_BYTES);
    setvbuf(file, sink->buffer, _IOFBF, SINK_BUFFER_BYTES);
    return sink;
}

Sink *sink_new_memory(void)
{
    Sink *sink = g_new0(Sink, 1);
    sink->name = g_strdup("memory");
    sink->memory = g_string_new(NULL);
    return sink;
}

const GString *sink_text(const Sink *sink)
{
    return sink->memory;
}

void sink_write(Sink *sink, const char *text, gsize length)
{
    if (sink->memory)
        g_string_append_len(sink->memory, text, (gssize)length);
    else if (!sink->error && fwrite(text, 1, length, sink->file) < length)
        sink->error = errno ? errno : EIO;
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

int sink_descriptor(const Sink *sink)
{
    return sink->file ? fileno(sink->file) : -1;
}

/* Standard output is flushed but stays open: its buffer goes away, so it gets none from here on. */
static void sink_finish_file(Sink *sink)
{
    if (fflush(sink->file) && !sink->error)
        sink->error = errno;
    if (sink->file == stdout)
        setvbuf(stdout, NULL, _IONBF, 0);
    else if (fclose(sink->file) && !sink->error)
        sink->error = errno;
}

bool sink_close(Sink *sink, GError **error)
{
    if (!sink)
        return true;
    if (sink->file)
        sink_finish_file(sink);
    bool is_good = !sink->error || sink->error == EPIPE;
    if (!is_good)
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "%s: cannot be written: %s", sink->name,
                    g_strerror(sink->error));
    if (sink->memory)
        g_string_free(sink->memory, TRUE);
    g_free(sink->buffer);
    g_free(sink->name);
    g_free(sink);
    return is_good;
}
