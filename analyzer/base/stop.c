/* A pipe to itself: a signal that comes between the look at the flag and the wait would otherwise be slept
 * over. */
#define _GNU_SOURCE /* pipe2 */
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t is_requested;
static int descriptors[2] = {-1, -1};

static void note_signal(int number)
{
    (void)number;
    int error = errno;
    is_requested = 1;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    ssize_t written = write(descriptors[1], "", 1);
    (void)written;
    errno = error;
}

static void catch_signal(int number)
{
    struct sigaction old, action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void stop_on_signals(void)
{
    if (descriptors[0] >= 0 || pipe2(descriptors, O_CLOEXEC | O_NONBLOCK) < 0)
        return;
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
}

bool stop_is_requested(void)
{
    return is_requested;
}

bool stop_wait_readable(int fd)
{
    struct pollfd waits[] = {{.fd = descriptors[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    if (descriptors[0] < 0)
        return true;
    while (!is_requested && poll(waits, 2, -1) < 0 && errno == EINTR)
        continue;
    return !is_requested;
}
