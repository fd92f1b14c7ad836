/*
 * Plays one side of a scenario with real system calls, one a line, and writes down what each returned.
 *
 *     play OWN_ADDRESS PEER_ADDRESS START_NS SCRIPT > transcript
 *
 * Every "at" of a script counts from START_NS (CLOCK_REALTIME), which both sides are given, so that two
 * programs in two namespaces need no channel between them that could show up in the capture. The transcript
 * is one JSON object a line, written without buffering: it has to survive the SIGKILL that some scenarios end
 * with. The steps are described in samples/README.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "play.h"

enum { MAX_THREADS = 64 };
static const int64_t NS_PER_S = 1000000000;

static pthread_t threads[MAX_THREADS];
static int thread_count;

static int64_t start_ns;
static volatile sig_atomic_t fatal_signal; /* the signal this process is about to die of, 0 while it lives */
static int planned_signal;

int64_t play_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

_Noreturn void play_fail(const Step *step, const char *why)
{
    fprintf(stderr, "step %d, %s: %s\n", step->line, step->count > 0 ? step->words[0] : "", why);
    exit(2);
}

int64_t play_duration(const Step *step, const char *text)
{
    char *unit;
    double value = strtod(text, &unit);
    if (unit != text && strcmp(unit, "us") == 0)
        return (int64_t)(value * 1e3);
    if (unit != text && strcmp(unit, "ms") == 0)
        return (int64_t)(value * 1e6);
    if (unit != text && strcmp(unit, "s") == 0)
        return (int64_t)(value * 1e9);
    play_fail(step, "a duration needs a number and us, ms or s");
}

long play_number(const Step *step, int index, long otherwise)
{
    if (index >= step->count)
        return otherwise;
    char *end;
    long value = strtol(step->words[index], &end, 0);
    if (end == step->words[index] || *end != '\0')
        play_fail(step, "a number was expected");
    return value;
}

void play_sleep_until(int64_t when_ns)
{
    struct timespec when = {.tv_sec = when_ns / NS_PER_S, .tv_nsec = when_ns % NS_PER_S};
    while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, NULL) == EINTR && !fatal_signal)
        ;
}

int play_is_dying(void)
{
    return fatal_signal;
}

/* Once the planned signal is due, dies of it: after the interrupted call has been written down. */
static void die_if_due(void)
{
    if (!fatal_signal)
        return;
    signal(fatal_signal, SIG_DFL);
    kill(getpid(), fatal_signal);
    pause();
}

void play_log_calls(const char *conn, const char *call, int64_t called_ns, long ret, int error, long bytes,
                    long times)
{
    char totals[64] = "";
    char name[40] = "null";
    if (times >= 0)
        snprintf(totals, sizeof totals, ", \"bytes\": %ld, \"times\": %ld", bytes, times);
    if (ret < 0 && strerrorname_np(error) != NULL)
        snprintf(name, sizeof name, "\"%s\"", strerrorname_np(error));
    dprintf(
        STDOUT_FILENO,
        "{\"t\": %.6f, \"until\": %.6f, \"conn\": \"%s\", \"call\": \"%s\", \"ret\": %ld, \"errno\": %s%s}\n",
        (called_ns - start_ns) / 1e9, (play_now() - start_ns) / 1e9, conn, call, ret, name, totals);
    die_if_due();
}

void play_log(const char *conn, const char *call, int64_t called_ns, long ret)
{
    play_log_calls(conn, call, called_ns, ret, errno, 0, -1);
}

/* A child inherits every descriptor and keeps it until the given time. */
static void step_hold(Step *step)
{
    int64_t until = start_ns + play_duration(step, step->words[1]);
    int64_t called = play_now();
    pid_t child = fork();
    if (child == 0) {
        play_sleep_until(until);
        _exit(0);
    }
    play_log("", "fork", called, child < 0 ? -1 : 0);
}

static void on_alarm(int number)
{
    (void)number;
    fatal_signal = planned_signal;
}

/*
 * Plans a death: at the given time the call that is running is interrupted, written down, and the process
 * gets the signal for real. The timer repeats, for it may first fire just before a call that blocks.
 */
static void step_die(Step *step)
{
    static const struct {
        const char *name;
        int number;
    } SIGNALS[] = {{"KILL", SIGKILL}, {"INT", SIGINT}, {"TERM", SIGTERM}};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++) {
        if (step->count == 3 && strcmp(SIGNALS[i].name, step->words[2]) == 0)
            planned_signal = SIGNALS[i].number;
    }
    if (planned_signal == 0)
        play_fail(step, "a time and KILL, INT or TERM were expected");
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    int64_t left = (start_ns + play_duration(step, step->words[1]) - play_now()) / 1000;
    left = left < 1 ? 1 : left;
    struct itimerval timer = {.it_interval = {0, 10000}, .it_value = {left / 1000000, left % 1000000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void step_sleep(Step *step)
{
    play_sleep_until(play_now() + play_duration(step, step->words[1]));
    die_if_due();
}

static void step_at(Step *step)
{
    play_sleep_until(start_ns + play_duration(step, step->words[1]));
    die_if_due();
}

static void step_exit(Step *step)
{
    (void)step;
    int64_t called = play_now();
    play_log("", "exit", called, 0);
    _exit(0);
}

/* Waits until every line that was begun with "meanwhile" has been played to its end. */
static void step_join(Step *step)
{
    (void)step;
    while (thread_count > 0)
        pthread_join(threads[--thread_count], NULL);
    die_if_due();
}

static const StepKind PROCESS_STEPS[] = {
    {"hold", 2, step_hold}, {"die", 3, step_die},   {"sleep", 2, step_sleep},
    {"at", 2, step_at},     {"exit", 1, step_exit}, {"join", 1, step_join},
    {NULL, 0, NULL},
};

static const StepKind *find_kind(const StepKind *kinds, const char *name)
{
    while (kinds->name != NULL && strcmp(kinds->name, name) != 0)
        kinds++;
    return kinds->name != NULL ? kinds : NULL;
}

static void run_step(Step *step)
{
    const StepKind *kind = find_kind(PROCESS_STEPS, step->words[0]);
    if (kind == NULL)
        kind = find_kind(PLAY_SOCKET_STEPS, step->words[0]);
    if (kind == NULL)
        kind = find_kind(PLAY_EXCHANGE_STEPS, step->words[0]);
    if (kind == NULL)
        play_fail(step, "there is no such step");
    if (step->count < kind->words)
        play_fail(step, "something is missing");
    kind->run(step);
}

/* Cuts one step's words out of a line, in place, and returns what is behind it: NULL after the last. A step ends
 * at a ";" that stands alone; "a text" in quotes is one word, and # begins a comment. */
static char *split(Step *step, char *at)
{
    step->count = 0;
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (*at == '\0' || *at == '#')
            return NULL;
        bool quoted = *at == '"';
        at += quoted;
        char *word = at;
        at += strcspn(at, quoted ? "\"" : " \t\r\n");
        if (*at != '\0')
            *at++ = '\0';
        if (!quoted && strcmp(word, ";") == 0)
            return at;
        if (step->count == MAX_WORDS)
            play_fail(step, "too many words");
        step->words[step->count++] = word;
    }
}

static void run_line(Step *step);

static void *run_in_thread(void *data)
{
    run_line(data);
    free(data);
    return NULL;
}

/* Runs the rest of a line in a thread: one side of a conversation among others, or a call that blocks while a
 * later step closes the socket under it. */
static void run_meanwhile(const Step *step, const char *rest)
{
    Step *copy = malloc(sizeof *copy);
    if (copy == NULL)
        play_fail(step, "no memory");
    copy->line = step->line;
    strcpy(copy->text, rest);
    if (thread_count == MAX_THREADS || pthread_create(&threads[thread_count], NULL, run_in_thread, copy) != 0)
        play_fail(step, "no thread");
    thread_count++;
}

static void run_line(Step *step)
{
    static const char MEANWHILE[] = "meanwhile ";
    char *at = step->text;
    while (at != NULL) {
        at += strspn(at, " \t");
        if (strncmp(at, MEANWHILE, strlen(MEANWHILE)) == 0) {
            run_meanwhile(step, at + strlen(MEANWHILE));
            return;
        }
        at = split(step, at);
        if (step->count > 0)
            run_step(step);
    }
}

int main(int argc, char **argv)
{
    FILE *script = argc == 5 ? fopen(argv[4], "re") : NULL;
    if (script == NULL) {
        fprintf(stderr, "usage: play OWN_ADDRESS PEER_ADDRESS START_NS SCRIPT\n");
        return 2;
    }
    play_addresses(argv[1], argv[2]);
    start_ns = strtoll(argv[3], NULL, 10);
    signal(SIGPIPE, SIG_IGN); /* so that EPIPE can be seen and written down */
    Step step = {.line = 0};
    while (fgets(step.text, sizeof step.text, script) != NULL) {
        step.line++;
        run_line(&step);
    }
    fclose(script);
    return 0;
}
