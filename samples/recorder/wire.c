/*
 * The network between the two hosts of a scenario: gives the frames of one interface to the other, after half
 * a round trip, unless a rule says to lose, delay or repeat them; and forges segments.
 *
 *     wire CLIENT_INTERFACE SERVER_INTERFACE START_NS SCRIPT
 *
 * A program rather than netem and packet filters: it can say "the server's first FIN" and "a RST in the
 * client's name, at the number it would use next", and it needs nothing that a kernel may have been built
 * without. Frames carry a virtio header, so that with offloads on a super-segment goes through whole. Each
 * capture is made at a host's own interface, so what is lost here was sent and is missing at the other end,
 * as on a real path.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

typedef struct Held {
    struct Held *next;
    int64_t due_ns;
    int to; /* the side that will get it */
    size_t length;
    uint8_t bytes[]; /* virtio header and frame */
} Held;

enum { MAX_RULES = 32 };
static WireRule rules[MAX_RULES];
static int rule_count;
static int ports[WIRE_SIDES];
static Held *held; /* in order of due_ns; equal times keep the order of arrival */
static int64_t half_way_ns;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static int open_port(const char *interface)
{
    int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = (int)if_nametoindex(interface)};
    struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        die(interface);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){8 << 20}, sizeof(int));
    if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &(int){1}, sizeof(int)) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){1}, sizeof(int)) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0)
        die("packet socket");
    return fd;
}

static void hold(int to, const uint8_t *bytes, size_t length, int64_t due_ns)
{
    Held *frame = malloc(sizeof *frame + length);
    if (frame == NULL)
        die("memory");
    *frame = (Held){.due_ns = due_ns, .to = to, .length = length};
    memcpy(frame->bytes, bytes, length);
    Held **place = &held;
    while (*place != NULL && (*place)->due_ns <= due_ns)
        place = &(*place)->next;
    frame->next = *place;
    *place = frame;
}

static void release(int64_t now)
{
    while (held != NULL && held->due_ns <= now) {
        Held *frame = held;
        held = frame->next;
        if (write(ports[frame->to], frame->bytes, frame->length) < 0)
            perror("a frame was not sent");
        free(frame);
    }
}

/* Forged segments start where the wire is: they reach either end at once, before anything that is on its way.
 */
static void forge(const WireRule *rule, const WireSegment *reason)
{
    static uint8_t bytes[WIRE_VNET + WIRE_FRAME];
    size_t length = wire_flow_forge(rule, reason, bytes + WIRE_VNET);
    if (length == 0)
        return;
    memset(bytes, 0, WIRE_VNET);
    hold(!rule->as, bytes, WIRE_VNET + length, now_ns() + rule->by_ns);
    if (rule->to_both)
        hold(rule->as, bytes, WIRE_VNET + length, now_ns() + rule->by_ns);
}

static uint8_t answered[WIRE_VNET + WIRE_FRAME];

/* Sends the router's answer back to where the frame came from; without a length there is none. */
static bool answer(int to, size_t length)
{
    if (length == 0)
        return false;
    hold(to, answered, WIRE_VNET + length, now_ns());
    return true;
}

static void receive(int from)
{
    static uint8_t bytes[WIRE_VNET + WIRE_FRAME];
    ssize_t length = read(ports[from], bytes, sizeof bytes);
    if (length <= WIRE_VNET)
        return;
    int64_t now = now_ns(), due = now + half_way_ns;
    wire_router_arrives(from, bytes + WIRE_VNET, (size_t)length - WIRE_VNET, now);
    WireSegment segment = wire_segment_read(from, bytes + WIRE_VNET, (size_t)length - WIRE_VNET);
    bool lost = answer(from, wire_router_reset(&segment, now, answered + WIRE_VNET));
    wire_flow_update(&segment);
    for (int i = 0; i < rule_count; i++) {
        WireRule *rule = &rules[i];
        if (!wire_rule_matches(rule, &segment, now))
            continue;
        lost |= rule->verb == RULE_DROP || rule->verb == RULE_REJECT;
        if (rule->verb == RULE_REJECT)
            answer(from, wire_router_icmp(rule, &segment, answered + WIRE_VNET));
        if (rule->verb == RULE_LATE)
            due += rule->by_ns;
        if (rule->verb == RULE_AGAIN)
            hold(!from, bytes, (size_t)length, now + half_way_ns + rule->by_ns);
        if (rule->verb == RULE_FORGE)
            forge(rule, &segment);
    }
    wire_router_leaves(from, bytes + WIRE_VNET, (size_t)length - WIRE_VNET, now);
    if (!lost)
        hold(!from, bytes, (size_t)length, due);
}

/* Runs the forgeries whose time has come and returns when the next thing is to be done. */
static int64_t run_timed(int64_t now)
{
    int64_t next = held != NULL ? held->due_ns : now + INT64_C(1000000000);
    for (int i = 0; i < rule_count; i++) {
        WireRule *rule = &rules[i];
        if (!rule->at_time || rule->seen > 0)
            continue;
        if (rule->from_ns <= now) {
            rule->seen = 1;
            forge(rule, NULL);
            return now;
        }
        next = rule->from_ns < next ? rule->from_ns : next;
    }
    return next;
}

static void read_rules(const char *path, int64_t start_ns)
{
    FILE *script = fopen(path, "re");
    char line[512];
    int64_t rtt_ns = 0;
    if (script == NULL)
        die(path);
    while (fgets(line, sizeof line, script) != NULL) {
        if (rule_count == MAX_RULES) {
            fprintf(stderr, "wire: too many rules\n");
            exit(2);
        }
        if (wire_router_parse(line, start_ns))
            continue;
        rule_count += wire_rule_parse(line, start_ns, &rules[rule_count], &rtt_ns);
    }
    half_way_ns = rtt_ns / 2;
    fclose(script);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: wire CLIENT_INTERFACE SERVER_INTERFACE START_NS SCRIPT\n");
        return 2;
    }
    read_rules(argv[4], strtoll(argv[3], NULL, 10));
    struct pollfd polls[WIRE_SIDES];
    for (int side = 0; side < WIRE_SIDES; side++) {
        ports[side] = open_port(argv[1 + side]);
        polls[side] = (struct pollfd){.fd = ports[side], .events = POLLIN};
    }
    fprintf(stderr, "ready\n");
    for (;;) {
        int64_t now = now_ns();
        release(now);
        int64_t wait = run_timed(now) - now;
        wait = wait < 0 ? 0 : wait;
        struct timespec timeout = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
        ppoll(polls, WIRE_SIDES, &timeout, NULL);
        for (int side = 0; side < WIRE_SIDES; side++) {
            if (polls[side].revents & POLLIN)
                receive(side);
        }
    }
}
