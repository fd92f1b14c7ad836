#pragma once

/*
 * What the steps of a script have in common: the line they stand in, the clock, the transcript. See play.c.
 */
#include <stddef.h>
#include <stdint.h>

enum { MAX_WORDS = 8, MAX_LINE = 512 };

typedef struct {
    char text[MAX_LINE]; /* the line, cut into words in place */
    char *words[MAX_WORDS];
    int count;
    int line;
} Step;

typedef struct {
    const char *name; /* the step's first word */
    int words;        /* it has at least so many, the name included */
    void (*run)(Step *step);
} StepKind;

/* The steps of play-socket.c and play-exchange.c; a row without a name ends a table. */
extern const StepKind PLAY_SOCKET_STEPS[], PLAY_EXCHANGE_STEPS[];

enum { MAX_SOCKETS = 64, MAX_WRITE = 1 << 20 };

/* Sets the addresses, as text, that sockets are bound and connected to. */
void play_addresses(const char *own_text, const char *peer_text);

/* The descriptor of the socket that the step's second word names; without one the program ends. */
int play_socket_of(const Step *step);

/* The step's socket, made now unless an earlier step made it, so that options could be set first. */
int play_socket_open(const Step *step);

/* Binds to the step's third word and sends to the peer's port in the fourth, with MSG_FASTOPEN. Returns what sendto() did. */
long play_socket_fastopen(const Step *step, int fd, const char *data, size_t length);

/* Gives a descriptor a name, in place of the one that had it. */
void play_socket_name(const Step *step, const char *name, int fd);

/* Fills data, MAX_WRITE long, from a word: a number of bytes, a text, or hex:1503. Returns the length. A text
 * gets CR and LF, unless it ends with \c; \r and \n in it are CR and LF. */
size_t play_payload(const Step *step, const char *word, char *data);

/* CLOCK_REALTIME in nanoseconds. */
int64_t play_now(void);

/* Sleeps until then, or until this process is to die. */
void play_sleep_until(int64_t when_ns);

/* Whether a planned death is due: a call that repeats itself stops then, so that it can be written down. */
int play_is_dying(void);

/* "250ms", "3s" or "20us" in nanoseconds; anything else ends the program. */
int64_t play_duration(const Step *step, const char *text);

/* The word at index as a number, or otherwise where the step is shorter. */
long play_number(const Step *step, int index, long otherwise);

/* Ends the program with status 2: the script is wrong. */
_Noreturn void play_fail(const Step *step, const char *why);

/* Writes down a call that was made at called_ns and has returned now; errno is taken where ret is negative.
 */
void play_log(const char *conn, const char *call, int64_t called_ns, long ret);

/* The same, for calls that were repeated: bytes and times are totals; a negative times leaves them out. */
void play_log_calls(const char *conn, const char *call, int64_t called_ns, long ret, int error, long bytes,
                    long times);
