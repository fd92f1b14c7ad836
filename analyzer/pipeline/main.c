/* The program. Everything it does is in pipeline.c. */
#include <locale.h>
#include <signal.h>

#include "pipeline/message.h"
#include "pipeline/pipeline.h"

int main(int argc, char **argv)
{
    (void)argc;
    setlocale(LC_CTYPE, "");  /* only the character set: numbers look the same everywhere */
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is seen as EPIPE, and no error */
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
