#include "pipeline/memory.h"

#include <string.h>
#include <unistd.h>

#include "base/unfinished.h"
#include "pipeline/pipeline.h"

void memory_exhausted(void)
{
    static const char text[] = "closelint: out of memory: nothing more is read or reported\n";
    unfinished_unlink_all();
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(STATUS_INPUT);
}

/* GLogFunc: g_malloc() says so in a message, and would then end in a breakpoint. */
static void on_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    if (level & G_LOG_LEVEL_ERROR && message && strstr(message, "failed to allocate"))
        memory_exhausted();
    g_log_default_handler(domain, level, message, data);
}

void memory_watch(void)
{
    g_log_set_default_handler(on_log, NULL);
}
