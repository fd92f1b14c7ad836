/*
 * The steps that act on a connection: one system call each, or one repeated until it fails, written down.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "play.h"

typedef struct {
    char name[16];
    int fd;
} NamedSocket;

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} Address;

static NamedSocket sockets[MAX_SOCKETS];
static Address own, peer;

static void read_address(const char *text, Address *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (inet_pton(AF_INET, text, &ret_address->v4.sin_addr) == 1)
        ret_address->any.sa_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &ret_address->v6.sin6_addr) == 1)
        ret_address->any.sa_family = AF_INET6;
}

void play_addresses(const char *own_text, const char *peer_text)
{
    read_address(own_text, &own);
    read_address(peer_text, &peer);
}

static NamedSocket *find_socket(const char *name)
{
    for (int i = 0; i < MAX_SOCKETS; i++) {
        if (strcmp(sockets[i].name, name) == 0)
            return &sockets[i];
    }
    return NULL;
}

int play_socket_of(const Step *step)
{
    NamedSocket *found = step->count > 1 ? find_socket(step->words[1]) : NULL;
    if (found == NULL)
        play_fail(step, "there is no such socket");
    return found->fd;
}

void play_socket_name(const Step *step, const char *name, int fd)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    NamedSocket *place = find_socket(name);
    if (place == NULL)
        place = find_socket("");
    if (place == NULL || strlen(name) >= sizeof place->name)
        play_fail(step, "too many sockets, or too long a name");
    place->fd = fd;
    strcpy(place->name, name);
    pthread_mutex_unlock(&lock);
}

/* The address with a port put into it; the length to give to the kernel goes to ret_length. */
static Address with_port(Address address, long port, socklen_t *ret_length)
{
    if (address.any.sa_family == AF_INET6)
        address.v6.sin6_port = htons((uint16_t)port);
    else
        address.v4.sin_port = htons((uint16_t)port);
    *ret_length = address.any.sa_family == AF_INET6 ? sizeof address.v6 : sizeof address.v4;
    return address;
}

int play_socket_open(const Step *step)
{
    if (find_socket(step->words[1]) != NULL)
        return play_socket_of(step);
    bool is_mptcp = strcmp(step->words[0], "mptcp") == 0;
    int64_t called = play_now();
    int fd = socket(own.any.sa_family, SOCK_STREAM, is_mptcp ? IPPROTO_MPTCP : IPPROTO_TCP);
    play_log(step->words[1], "socket", called, fd);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    play_socket_name(step, step->words[1], fd);
    return fd;
}

static int bind_port(const Step *step, int fd, long port)
{
    socklen_t length;
    Address address = with_port(own, port, &length);
    int64_t called = play_now();
    int ret = bind(fd, &address.any, length);
    play_log(step->words[1], "bind", called, ret);
    return ret;
}

static void step_socket(Step *step)
{
    play_socket_open(step);
}

static void step_listen(Step *step)
{
    int fd = play_socket_open(step);
    bind_port(step, fd, play_number(step, 2, 0));
    int64_t called = play_now();
    play_log(step->words[1], "listen", called, listen(fd, (int)play_number(step, 3, 16)));
}

static void step_connect(Step *step)
{
    int fd = play_socket_open(step);
    socklen_t length;
    bind_port(step, fd, play_number(step, 2, 0));
    Address address = with_port(peer, play_number(step, 3, 0), &length);
    int64_t called = play_now();
    play_log(step->words[1], "connect", called, connect(fd, &address.any, length));
}

long play_socket_fastopen(const Step *step, int fd, const char *data, size_t length)
{
    socklen_t address_length;
    bind_port(step, fd, play_number(step, 2, 0));
    Address address = with_port(peer, play_number(step, 3, 0), &address_length);
    return sendto(fd, data, length, MSG_FASTOPEN, &address.any, address_length);
}

static void step_accept(Step *step)
{
    NamedSocket *listener = find_socket(step->words[2]);
    if (listener == NULL)
        play_fail(step, "there is no such listener");
    int64_t called = play_now();
    int fd = accept(listener->fd, NULL, NULL);
    if (fd >= 0)
        play_socket_name(step, step->words[1], fd);
    play_log(step->words[1], "accept", called, fd);
}

static void step_nonblock(Step *step)
{
    int fd = play_socket_of(step);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static const struct {
    const char *name;
    int level;
    int option;
} OPTIONS[] = {
    {"SO_LINGER", SOL_SOCKET, SO_LINGER},
    {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF},
    {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF},
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE},
    {"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR},
    {"SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY},
    {"TCP_CORK", IPPROTO_TCP, TCP_CORK},
    {"TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK},
    {"TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2},
    {"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT},
    {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT},
    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL},
    {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT},
};

/* A read() or write() that has waited so long fails with EAGAIN: how a program's own timeout ends. */
static void set_timeout(const Step *step, int fd, int option)
{
    int64_t us = play_duration(step, step->words[3]) / 1000;
    int64_t called = play_now();
    play_log(step->words[1], "setsockopt", called,
             setsockopt(fd, SOL_SOCKET, option, &(struct timeval){us / 1000000, us % 1000000}, sizeof(struct timeval)));
}

static void step_set(Step *step)
{
    int fd = play_socket_of(step);
    if (strcmp(step->words[2], "SO_RCVTIMEO") == 0 || strcmp(step->words[2], "SO_SNDTIMEO") == 0) {
        set_timeout(step, fd, step->words[2][3] == 'R' ? SO_RCVTIMEO : SO_SNDTIMEO);
        return;
    }
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        if (step->count < 4 || strcmp(OPTIONS[i].name, step->words[2]) != 0)
            continue;
        struct linger linger = {.l_onoff = (int)play_number(step, 3, 0),
                                .l_linger = (int)play_number(step, 4, 0)};
        bool is_linger = OPTIONS[i].option == SO_LINGER && OPTIONS[i].level == SOL_SOCKET;
        int64_t called = play_now();
        int ret = setsockopt(fd, OPTIONS[i].level, OPTIONS[i].option, &linger,
                             is_linger ? sizeof linger : sizeof linger.l_onoff);
        play_log(step->words[1], "setsockopt", called, ret);
        return;
    }
    play_fail(step, "an option's name and its value were expected");
}

/* What SO_ERROR held, as a call that failed with it: how a program that uses poll() learns of a reset. */
static void step_error(Step *step)
{
    int error = 0;
    int64_t called = play_now();
    getsockopt(play_socket_of(step), SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    play_log_calls(step->words[1], "SO_ERROR", called, error == 0 ? 0 : -1, error, 0, -1);
}

static void step_read(Step *step)
{
    char buffer[65536];
    long size = play_number(step, 2, 4096);
    int64_t called = play_now();
    play_log(step->words[1], "read", called,
             read(play_socket_of(step), buffer, size > (long)sizeof buffer ? sizeof buffer : (size_t)size));
}

/* Reads, with a pause between calls, until read() gives 0 or fails; logs the last call and the totals. */
static void step_drain(Step *step)
{
    char buffer[65536];
    long size = play_number(step, 2, 4096), bytes = 0, times = 0;
    int64_t pause_ns = step->count > 3 ? play_duration(step, step->words[3]) : 0;
    int64_t called = play_now();
    ssize_t got;
    do {
        got = read(play_socket_of(step), buffer, size > (long)sizeof buffer ? sizeof buffer : (size_t)size);
        bytes += got > 0 ? got : 0;
        times++;
        if (pause_ns > 0 && got > 0)
            play_sleep_until(play_now() + pause_ns);
    } while (got > 0 && !play_is_dying());
    play_log_calls(step->words[1], "read", called, got, errno, bytes, times);
}

/* The text with its escapes replaced, and CR and LF behind it. */
static size_t text_payload(const char *word, char *data)
{
    size_t length = 0;
    for (; *word != '\0'; word++) {
        bool escaped = word[0] == '\\' && word[1] != '\0';
        word += escaped;
        if (escaped && *word == 'c')
            return length;
        data[length++] = escaped && *word == 'r' ? '\r' : escaped && *word == 'n' ? '\n' : *word;
    }
    data[length++] = '\r';
    data[length++] = '\n';
    return length;
}

size_t play_payload(const Step *step, const char *word, char *data)
{
    if (strncmp(word, "hex:", 4) == 0) {
        size_t length = 0;
        for (unsigned byte; sscanf(word + 4 + 2 * length, "%2x", &byte) == 1; length++)
            data[length] = (char)byte;
        return length;
    }
    char *end;
    long size = strtol(word, &end, 10);
    if (*end != '\0')
        return text_payload(word, data);
    if (size < 1 || size > MAX_WRITE)
        play_fail(step, "too many bytes for one write");
    for (long i = 0; i < size; i++)
        data[i] = (char)(i % 64 == 63 ? '\n' : 'a' + i % 26);
    return (size_t)size;
}

static void send_payload(Step *step, int flags)
{
    char *data = malloc(MAX_WRITE);
    size_t length = play_payload(step, step->words[2], data);
    int64_t called = play_now();
    long ret = send(play_socket_of(step), data, length, flags);
    play_log(step->words[1], flags & MSG_OOB ? "send(MSG_OOB)" : "write", called, ret);
    free(data);
}

static void step_write(Step *step)
{
    send_payload(step, 0);
}

static void step_urgent(Step *step)
{
    send_payload(step, MSG_OOB);
}

/* Writes for ever: until write() fails or the process is killed. */
static void step_flood(Step *step)
{
    static char data[MAX_WRITE];
    size_t length = play_payload(step, step->words[2], data);
    long bytes = 0, times = 0;
    int64_t called = play_now();
    ssize_t sent;
    do {
        sent = write(play_socket_of(step), data, length);
        bytes += sent > 0 ? sent : 0;
        times++;
    } while (sent > 0 && !play_is_dying());
    play_log_calls(step->words[1], "write", called, sent, errno, bytes, times);
}

static void step_shutdown(Step *step)
{
    static const char *const HOW[] = {"rd", "wr", "rdwr"};
    int64_t called = play_now();
    for (int how = 0; how < 3; how++) {
        char call[20];
        if (step->count != 3 || strcmp(HOW[how], step->words[2]) != 0)
            continue;
        snprintf(call, sizeof call, "shutdown(%s)", HOW[how]);
        play_log(step->words[1], call, called, shutdown(play_socket_of(step), how));
        return;
    }
    play_fail(step, "rd, wr or rdwr was expected");
}

static void step_close(Step *step)
{
    int fd = play_socket_of(step);
    find_socket(step->words[1])->name[0] = '\0';
    int64_t called = play_now();
    play_log(step->words[1], "close", called, close(fd));
}

/* Java NIO's preClose: the descriptor lives on, but now names a socket whose other end is closed. */
static void step_replace(Step *step)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        play_fail(step, "no socketpair");
    close(pair[1]);
    int64_t called = play_now();
    play_log(step->words[1], "dup2", called, dup2(pair[0], play_socket_of(step)));
}

static void step_disconnect(Step *step)
{
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    int64_t called = play_now();
    play_log(step->words[1], "connect(AF_UNSPEC)", called,
             connect(play_socket_of(step), &nowhere, sizeof nowhere));
}

/* A host that loses its power: in repair mode close() drops the state and sends nothing (tcp_disconnect). */
static void step_forget(Step *step)
{
    int fd = play_socket_of(step);
    if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &(int){1}, sizeof(int)) < 0)
        play_fail(step, "the kernel refuses TCP_REPAIR");
    step_close(step);
}

const StepKind PLAY_SOCKET_STEPS[] = {
    {"socket", 2, step_socket},
    {"mptcp", 2, step_socket},
    {"listen", 3, step_listen},
    {"connect", 4, step_connect},
    {"accept", 3, step_accept},
    {"nonblock", 2, step_nonblock},
    {"set", 4, step_set},
    {"error", 2, step_error},
    {"read", 2, step_read},
    {"drain", 2, step_drain},
    {"write", 3, step_write},
    {"urgent", 3, step_urgent},
    {"flood", 3, step_flood},
    {"shutdown", 3, step_shutdown},
    {"close", 2, step_close},
    {"replace", 2, step_replace},
    {"forget", 2, step_forget},
    {"disconnect", 2, step_disconnect},
    {NULL, 0, NULL},
};
