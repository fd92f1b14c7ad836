/* Runs a command and prints what it took, as one line of JSON on standard error.
 *
 *     measure [-o OUTPUT] COMMAND [ARGUMENT…]
 *
 * A program of its own, for the peak that the kernel keeps of a process begins with that of whoever forked
 * it, and for a start-up of milliseconds must not have an interpreter's jitter in it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long time_ns(const struct timeval *time)
{
    return time->tv_sec * 1000000000LL + time->tv_usec * 1000LL;
}

static void redirect(const char *path, int flags, int fd)
{
    int opened = path ? open(path, flags, 0666) : fd;
    if (opened < 0 || (opened != fd && dup2(opened, fd) < 0)) {
        perror(path);
        _exit(126);
    }
}

int main(int argc, char **argv)
{
    const char *output = NULL;
    for (int letter; (letter = getopt(argc, argv, "+o:")) != -1;) {
        if (letter != 'o')
            return 2;
        output = optarg;
    }
    if (optind == argc)
        return 2;
    long long begin_ns = now_ns();
    pid_t child = fork();
    if (child == 0) {
        redirect(output, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
        execvp(argv[optind], argv + optind);
        perror(argv[optind]);
        _exit(127);
    }
    struct rusage usage;
    int status = 0;
    if (wait4(child, &status, 0, &usage) != child)
        return 2;
    fprintf(stderr,
            "{\"wall_ns\": %lld, \"user_ns\": %lld, \"system_ns\": %lld, \"rss_kib\": %ld, \"status\": %d}\n",
            now_ns() - begin_ns, time_ns(&usage.ru_utime), time_ns(&usage.ru_stime), usage.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
