/* Runs a command and prints what it took, as one line of JSON on standard error.
 *
 *     measure [-o OUTPUT] [-m] COMMAND [ARGUMENT…]
 *
 * A program of its own, for the peak that the kernel keeps of a process begins with that of whoever forked
 * it, and for a start-up of milliseconds must not have an interpreter's jitter in it. With -m the command is
 * asked every millisecond what anonymous memory it has, which leaves out the pages of a mapped capture; that
 * disturbs its time a little. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* KiB, 0 where the process is gone. */
static long anonymous_now(const char *path)
{
    long kib = 0;
    char line[128];
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
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
    int watches_memory = 0;
    for (int letter; (letter = getopt(argc, argv, "+o:m")) != -1;) {
        if (letter == 'o')
            output = optarg;
        else if (letter == 'm')
            watches_memory = 1;
        else
            return 2;
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
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)child);
    struct rusage usage;
    int status = 0;
    long anonymous = 0;
    while (wait4(child, &status, watches_memory ? WNOHANG : 0, &usage) == 0) {
        long kib = anonymous_now(path);
        anonymous = kib > anonymous ? kib : anonymous;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fprintf(stderr,
            "{\"wall_ns\": %lld, \"user_ns\": %lld, \"system_ns\": %lld, \"rss_kib\": %ld, "
            "\"anonymous_kib\": %ld, \"status\": %d}\n",
            now_ns() - begin_ns, time_ns(&usage.ru_utime), time_ns(&usage.ru_stime), usage.ru_maxrss,
            anonymous, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
