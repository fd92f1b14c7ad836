/* Writes a large capture of made-up TCP connections, the same one for the same options and seed.
 *
 *     generate --kind short --packets 6000000 --concurrent 20000 --seed 1 -o capture.pcap
 *
 * Connections take turns as they would on a busy link: each says when its next segment is due, and a heap
 * keeps whose turn it is. What is said in a connection is in script.c. The number of packets is kept within a
 * few per mille, for every connection that was begun is played to its end (but for --kind single, which has
 * none). The counts go to standard error. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "script.h"

#define PACKETS_PER_SHORT 10
#define FIRST_TIME_US     (INT64_C(1700000000) * 1000000)

typedef struct {
    Kind kind;
    uint64_t packets, connections, concurrent, seed;
    const char *path;
} Options;

typedef struct {
    int64_t due_us;
    uint32_t index; /* of the conversation */
} Turn;

typedef struct {
    const Options *options;
    Conversation *conversations;
    Turn *turns; /* a heap: the first is due first */
    uint32_t count;
    uint64_t begun, random;
    uint32_t bursts; /* of each long connection */
} Schedule;

static const char *const kind_names[] = {"short", "long", "single", "syn-flood"};

static bool is_before(const Turn *a, const Turn *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->index < b->index;
}

/* Lets the turn at `at` sink to where it belongs. */
static void schedule_sink(Schedule *schedule, uint32_t at)
{
    Turn turn = schedule->turns[at];
    for (uint32_t child; (child = 2 * at + 1) < schedule->count; at = child) {
        if (child + 1 < schedule->count && is_before(&schedule->turns[child + 1], &schedule->turns[child]))
            child++;
        if (!is_before(&schedule->turns[child], &turn))
            break;
        schedule->turns[at] = schedule->turns[child];
    }
    schedule->turns[at] = turn;
}

/* Whether another connection is to be begun, when `written` packets are. */
static bool schedule_wants_more(const Schedule *schedule, uint64_t written)
{
    const Options *options = schedule->options;
    if (options->connections)
        return schedule->begun < options->connections;
    uint64_t outstanding = options->kind == KIND_SHORT ? schedule->count * (PACKETS_PER_SHORT / 2) : 0;
    return written + outstanding < options->packets;
}

static void schedule_begin(Schedule *schedule, uint32_t index)
{
    conversation_begin(&schedule->conversations[index], schedule->options->kind, (uint32_t)schedule->begun++,
                       schedule->bursts, &schedule->random);
}

static void schedule_init(Schedule *schedule, const Options *options)
{
    *schedule = (Schedule){.options = options, .random = options->seed};
    uint64_t most = options->concurrent;
    if (options->connections && options->connections < most)
        most = options->connections;
    if (options->kind == KIND_LONG && most)
        schedule->bursts = (uint32_t)(options->packets / most / 3);
    if (options->kind == KIND_SINGLE)
        schedule->bursts = UINT32_MAX;
    schedule->conversations = calloc(most, sizeof *schedule->conversations);
    schedule->turns = calloc(most, sizeof *schedule->turns);
    if (!schedule->conversations || !schedule->turns)
        abort();
    /* The first ones begin one after the other over a second, in order of time, which is a heap already. */
    for (; schedule->count < most; schedule->count++) {
        uint32_t spread = options->kind == KIND_SYN_FLOOD ? 0 : 1000000;
        int64_t due_us = FIRST_TIME_US + (int64_t)(spread / most * schedule->count);
        schedule->turns[schedule->count] = (Turn){due_us, schedule->count};
        schedule_begin(schedule, schedule->count);
    }
}

/* Plays one segment of whose turn it is. */
static bool schedule_step(Schedule *schedule, PacketWriter *writer)
{
    Turn *turn = &schedule->turns[0];
    Conversation *conversation = &schedule->conversations[turn->index];
    Packet packet;
    conversation_play(conversation, turn->due_us, &schedule->random, &packet);
    if (!packet_write(writer, &packet))
        return false;
    if (!conversation_is_over(conversation)) {
        turn->due_us += conversation_wait(conversation, &schedule->random);
    } else if (schedule_wants_more(schedule, writer->packets)) {
        schedule_begin(schedule, turn->index);
        turn->due_us +=
            random_between(&schedule->random, 1, schedule->options->kind == KIND_SHORT ? 50000 : 2);
    } else {
        *turn = schedule->turns[--schedule->count];
    }
    schedule_sink(schedule, 0);
    return true;
}

static bool generate(const Options *options, int fd)
{
    Schedule schedule;
    schedule_init(&schedule, options);
    PacketWriter *writer = packet_writer_new(fd, options->seed);
    bool is_good = true, is_endless = options->kind == KIND_SINGLE;
    while (is_good && schedule.count && !(is_endless && writer->packets >= options->packets))
        is_good = schedule_step(&schedule, writer);
    uint64_t packets = writer->packets, bytes = writer->bytes;
    is_good &= packet_writer_close(writer);
    if (is_good)
        fprintf(stderr, "packets=%" PRIu64 " connections=%" PRIu64 " bytes=%" PRIu64 "\n", packets,
                schedule.begun, bytes);
    free(schedule.conversations);
    free(schedule.turns);
    return is_good;
}

static int usage(void)
{
    fputs("usage: generate [--kind short|long|single|syn-flood] [--packets N] [--connections N]\n"
          "                [--concurrent N] [--seed N] [-o FILE]\n",
          stderr);
    return 2;
}

/* Fills in what was not said; false where it makes no sense. */
static bool options_settle(Options *options)
{
    static const uint64_t packets[] = {6000000, 900000, 1000000, 1000000};
    static const uint64_t concurrent[] = {20000, 300, 1, 1};
    if (!options->packets)
        options->packets = packets[options->kind];
    if (!options->concurrent)
        options->concurrent = concurrent[options->kind];
    if (options->kind == KIND_SINGLE)
        options->concurrent = options->connections = 1;
    if (options->kind == KIND_LONG) {
        if (options->connections)
            options->concurrent = options->connections;
        options->connections = options->concurrent;
    }
    return options->packets && options->concurrent <= 1 << 22;
}

static bool options_parse(Options *options, int argc, char **argv)
{
    static const struct option known[] = {{"kind", required_argument, NULL, 'k'},
                                          {"packets", required_argument, NULL, 'p'},
                                          {"connections", required_argument, NULL, 'n'},
                                          {"concurrent", required_argument, NULL, 'c'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"output", required_argument, NULL, 'o'},
                                          {NULL, 0, NULL, 0}};
    for (int letter; (letter = getopt_long(argc, argv, "o:", known, NULL)) != -1;) {
        uint64_t number = letter == 'k' || letter == 'o' || !optarg ? 0 : strtoull(optarg, NULL, 10);
        unsigned kind = 0;
        switch (letter) {
        case 'k':
            while (kind < 4 && strcmp(kind_names[kind], optarg) != 0)
                kind++;
            if (kind == 4)
                return false;
            options->kind = (Kind)kind;
            break;
        case 'p':
            options->packets = number;
            break;
        case 'n':
            options->connections = number;
            break;
        case 'c':
            options->concurrent = number;
            break;
        case 's':
            options->seed = number;
            break;
        case 'o':
            options->path = optarg;
            break;
        default:
            return false;
        }
    }
    return optind == argc && options_settle(options);
}

int main(int argc, char **argv)
{
    Options options = {.seed = 1};
    if (!options_parse(&options, argc, argv))
        return usage();
    int fd =
        options.path ? open(options.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;
    bool is_good = fd >= 0 && generate(&options, fd);
    if (!is_good || close(fd) != 0) {
        fprintf(stderr, "generate: %s: %s\n", options.path ? options.path : "standard output",
                strerror(errno));
        return 1;
    }
    return 0;
}
