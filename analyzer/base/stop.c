/* A pipe to itself: a signal that comes between the look at the flag and the wait would otherwise be slept
 * over. */
#define _GNU_SOURCE /* pipe2 */
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/unfinished.h"

static volatile sig_atomic_t is_requested, is_reading;
static int descriptors[2] = {-1, -1};

static void on_signal(int number)
{
    int error = errno;
    if (is_reading && !is_requested && number != SIGHUP) {
        is_requested = 1;
        ssize_t written = write(descriptors[1], "", 1);
        (void)written;
    } else {
        unfinished_unlink_all();
        signal(number, SIG_DFL);
        raise(number); /* when this returns: it is blocked here */
    }
    errno = error;
}

static void catch_signal(int number)
{
    struct sigaction old, action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
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
    catch_signal(SIGHUP);
}

void stop_reading_begins(void)
{
    is_reading = 1;
}

void stop_reading_ends(void)
{
    is_reading = 0;
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
