/* The program. Everything it does is in pipeline.c. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "pipeline/memory.h"
#include "pipeline/message.h"
#include "pipeline/pipeline.h"

/* Where one of the three is closed, the next file that is opened would become standard input or output. What
 * takes its place fails as it would (EBADF): it is open for the other direction only. */
static void occupy_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        int taken = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (taken < 0)
            taken = open("/", O_RDONLY); /* no /dev here; a folder cannot be read or written either */
        if (taken != fd)
            _exit(STATUS_USAGE);
    }
}

/* A reader that went away, and a limit on the size of files, are seen as EPIPE and EFBIG. */
static void ignore_signals_of_writing(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv)
{
    (void)argc;
    occupy_standard_descriptors();
    ignore_signals_of_writing();
    memory_watch();
    setlocale(LC_CTYPE, ""); /* only the character set: numbers look the same everywhere */
    Options options;
    GError *error = NULL;
    int status = STATUS_USAGE;
    if (options_parse(&options, argv, &error))
        status = pipeline_run(&options);
    else
        message_error(error);
    options_clear(&options);
    return status;
}
