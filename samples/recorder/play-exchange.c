/*
 * Steps of programs that talk to each other: a request and its answer, and a server that keeps its connections
 * until they have been idle for a time. Built from the system calls of play-socket.c, and written down as those.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "play.h"

/* A connection that a thread of its own serves. */
typedef struct {
    const Step *step;
    int fd;
    char name[24];
} Served;

static ssize_t say(const Step *step, const char *name, int fd, const char *word)
{
    char *data = malloc(MAX_WRITE);
    size_t length = play_payload(step, word, data);
    int64_t called = play_now();
    ssize_t sent = send(fd, data, length, 0);
    play_log(name, "write", called, sent);
    free(data);
    return sent;
}

/* One read(), or as many bytes as were wanted: then it waits for them, to the end or an error. */
static ssize_t hear(const char *name, int fd, long wanted)
{
    char *data = malloc(MAX_WRITE);
    int64_t called = play_now();
    ssize_t got = recv(fd, data, wanted > 0 && wanted < MAX_WRITE ? (size_t)wanted : MAX_WRITE,
                       wanted > 0 ? MSG_WAITALL : 0);
    play_log(name, "read", called, got);
    free(data);
    return got;
}

static void step_receive(Step *step)
{
    hear(step->words[1], play_socket_of(step), play_number(step, 2, 0));
}

static void step_ask(Step *step)
{
    int fd = play_socket_of(step);
    say(step, step->words[1], fd, step->words[2]);
    hear(step->words[1], fd, play_number(step, 3, 0));
}

/* TCP Fast Open (RFC 7413): the payload goes with the SYN. */
static void step_fastopen(Step *step)
{
    char *data = malloc(MAX_WRITE);
    size_t length = play_payload(step, step->words[4], data);
    int fd = play_socket_open(step);
    int64_t called = play_now();
    play_log(step->words[1], "sendto(MSG_FASTOPEN)", called, play_socket_fastopen(step, fd, data, length));
    free(data);
}

static void step_answer(Step *step)
{
    int fd = play_socket_of(step);
    hear(step->words[1], fd, play_number(step, 3, 0));
    say(step, step->words[1], fd, step->words[2]);
}

/* Answers what comes until the other side closes or nothing comes for the idle time. */
static void *serve_connection(void *data)
{
    Served *served = data;
    const Step *step = served->step;
    int idle_ms = (int)(play_duration(step, step->words[2]) / 1000000);
    for (;;) {
        int64_t called = play_now();
        int ready = poll(&(struct pollfd){.fd = served->fd, .events = POLLIN}, 1, idle_ms);
        if (ready <= 0)
            play_log(served->name, "poll", called, ready);
        if (ready < 0)
            continue;
        if (ready == 0 && step->count > 4)
            say(step, served->name, served->fd, step->words[4]);
        if (ready == 0 || hear(served->name, served->fd, 0) <= 0 ||
            say(step, served->name, served->fd, step->words[3]) < 0)
            break;
    }
    int64_t called = play_now();
    play_log(served->name, "close", called, close(served->fd));
    free(served);
    return NULL;
}

/* Accepts for ever, and serves each connection in a thread: c.0, c.1 and so on, where c is the listener. */
static void step_serve(Step *step)
{
    int listener = play_socket_of(step);
    for (int number = 0;; number++) {
        Served *served = calloc(1, sizeof *served);
        pthread_t thread;
        snprintf(served->name, sizeof served->name, "%.8s.%d", step->words[1], number);
        int64_t called = play_now();
        served->step = step;
        served->fd = accept(listener, NULL, NULL);
        play_log(served->name, "accept", called, served->fd);
        while (served->fd < 0)
            pause(); /* the threads go on, and read this step */
        if (pthread_create(&thread, NULL, serve_connection, served) != 0)
            play_fail(step, "no thread");
        pthread_detach(thread);
    }
}

const StepKind PLAY_EXCHANGE_STEPS[] = {
    {"receive", 3, step_receive}, {"ask", 3, step_ask}, {"answer", 3, step_answer},
    {"serve", 4, step_serve},     {"fastopen", 5, step_fastopen},
    {NULL, 0, NULL},
};
