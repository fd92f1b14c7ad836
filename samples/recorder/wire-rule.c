/*
 * The rules of the wire: the "wire:" lines of a scenario, read and matched.
 *
 *     rtt 20ms
 *     drop  SIDE KIND [nth=N[-M]] [from=TIME] [until=TIME] [port=P] [over=LENGTH]
 *     late  SIDE KIND by=DURATION …          delivered so much later, later frames overtake it
 *     again SIDE KIND by=DURATION …          delivered, and once more so much later
 *     reject SIDE KIND code=N [mtu=N] …      loses the frame, and a router says so with ICMP
 *     forge SIDE FLAGS at=TIME …             in SIDE's name, from the wire; or on=SIDE:KIND in place of at=
 *         [seq=±N] [ack=±N] [ttl=N] [id=N] [win=N|echo] [by=DURATION] [both=1] [own=1]
 *         [text=WORD | hex=33aa…], the payload, at most 32 bytes
 *
 * SIDE is client, server or any: who sent the frame. nth counts the matches from 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

static _Noreturn void refuse(const char *word)
{
    fprintf(stderr, "wire: cannot read \"%s\"\n", word);
    exit(2);
}

int64_t wire_duration(const char *text)
{
    char *unit;
    double value = strtod(text, &unit);
    if (strcmp(unit, "us") == 0)
        return (int64_t)(value * 1e3);
    if (strcmp(unit, "ms") == 0)
        return (int64_t)(value * 1e6);
    if (strcmp(unit, "s") == 0)
        return (int64_t)(value * 1e9);
    refuse(text);
}

static int read_side(const char *text)
{
    if (strcmp(text, "client") == 0)
        return WIRE_CLIENT;
    if (strcmp(text, "server") == 0)
        return WIRE_SERVER;
    if (strcmp(text, "any") == 0)
        return -1;
    refuse(text);
}

static uint8_t read_flags(const char *text)
{
    static const char LETTERS[] = "FSRPAU";
    uint8_t flags = 0;
    for (const char *at = text; *at != '\0'; at++) {
        const char *letter = strchr(LETTERS, *at);
        if (letter == NULL)
            refuse(text);
        flags |= (uint8_t)(1 << (letter - LETTERS));
    }
    return flags;
}

/* kind is shorter than the array: a longer one is a mistake. */
static void read_kind(const char *text, WireRule *rule)
{
    static const char *const KINDS[] = {"all", "syn", "synack", "ack", "data", "fin", "rst"};
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (strcmp(text, KINDS[i]) == 0) {
            strcpy(rule->kind, text);
            return;
        }
    }
    refuse(text);
}

static void read_nth(const char *text, WireRule *rule)
{
    char *rest;
    rule->nth = rule->last = (int)strtol(text, &rest, 10);
    if (*rest == '-')
        rule->last = (int)strtol(rest + 1, &rest, 10);
    if (*rest != '\0' || rule->nth < 1 || rule->last < rule->nth)
        refuse(text);
}

static void read_trigger(char *text, WireRule *rule)
{
    char *colon = strchr(text, ':');
    if (colon == NULL)
        refuse(text);
    *colon = '\0';
    rule->at_time = false;
    rule->side = read_side(text);
    read_kind(colon + 1, rule);
}

static void read_payload(const char *text, bool is_hex, WireRule *rule)
{
    size_t length = strlen(text) / (is_hex ? 2 : 1);
    if (length > sizeof rule->payload)
        refuse(text);
    for (size_t i = 0; i < length; i++) {
        unsigned byte = (unsigned char)text[i];
        if (is_hex && sscanf(text + 2 * i, "%2x", &byte) != 1)
            refuse(text);
        rule->payload[i] = (uint8_t)byte;
    }
    rule->payload_length = length;
}

static void read_option(char *word, int64_t start_ns, WireRule *rule)
{
    char *value = strchr(word, '=');
    if (value == NULL)
        refuse(word);
    *value++ = '\0';
    long amount = strtol(value, NULL, 0);
    if (strcmp(word, "nth") == 0)
        read_nth(value, rule);
    else if (strcmp(word, "from") == 0 || strcmp(word, "at") == 0)
        rule->from_ns = start_ns + wire_duration(value);
    else if (strcmp(word, "until") == 0)
        rule->until_ns = start_ns + wire_duration(value);
    else if (strcmp(word, "by") == 0)
        rule->by_ns = wire_duration(value);
    else if (strcmp(word, "on") == 0)
        read_trigger(value, rule);
    else if (strcmp(word, "port") == 0)
        rule->port = (uint16_t)amount;
    else if (strcmp(word, "over") == 0)
        rule->over = (size_t)amount;
    else if (strcmp(word, "code") == 0)
        rule->code = (uint8_t)amount;
    else if (strcmp(word, "mtu") == 0)
        rule->mtu = (uint16_t)amount;
    else if (strcmp(word, "seq") == 0)
        rule->seq = amount;
    else if (strcmp(word, "ack") == 0)
        rule->ack = amount;
    else if (strcmp(word, "ttl") == 0)
        rule->ttl = (uint8_t)amount;
    else if (strcmp(word, "id") == 0)
        rule->id = (uint16_t)amount;
    else if (strcmp(word, "own") == 0)
        rule->is_own = amount != 0;
    else if (strcmp(word, "win") == 0 && strcmp(value, "echo") == 0)
        rule->echoes = true;
    else if (strcmp(word, "win") == 0)
        rule->window = (uint16_t)amount;
    else if (strcmp(word, "text") == 0 || strcmp(word, "hex") == 0)
        read_payload(value, word[0] == 'h', rule);
    else if (strcmp(word, "both") == 0)
        rule->to_both = amount != 0;
    else
        refuse(word);
}

static RuleVerb read_verb(const char *text)
{
    static const char *const VERBS[] = {"drop", "late", "again", "forge", "reject"};
    for (int i = 0; i < 5; i++) {
        if (strcmp(text, VERBS[i]) == 0)
            return (RuleVerb)i;
    }
    refuse(text);
}

bool wire_rule_parse(char *line, int64_t start_ns, WireRule *ret_rule, int64_t *rtt_ns)
{
    static const char BLANKS[] = " \t\r\n";
    line[strcspn(line, "#")] = '\0';
    char *verb = strtok(line, BLANKS), *side = strtok(NULL, BLANKS), *kind = strtok(NULL, BLANKS);
    if (verb == NULL)
        return false;
    if (side != NULL && kind == NULL && strcmp(verb, "rtt") == 0) {
        *rtt_ns = wire_duration(side);
        return false;
    }
    if (kind == NULL)
        refuse(verb);
    WireRule rule = {.verb = read_verb(verb),
                     .nth = 1,
                     .last = 1 << 30,
                     .from_ns = INT64_MIN,
                     .until_ns = INT64_MAX,
                     .ttl = 64,
                     .window = 8192};
    rule.side = rule.as = read_side(side);
    rule.at_time = rule.verb == RULE_FORGE;
    if (rule.verb == RULE_FORGE && rule.as >= 0)
        rule.flags = read_flags(kind);
    else
        read_kind(kind, &rule);
    for (char *word = strtok(NULL, BLANKS); word != NULL; word = strtok(NULL, BLANKS))
        read_option(word, start_ns, &rule);
    *ret_rule = rule;
    return true;
}

static bool is_kind(const char *kind, const WireSegment *segment)
{
    uint8_t flags = segment->flags & (TCP_SYN | TCP_ACK | TCP_FIN | TCP_RST);
    if (strcmp(kind, "all") == 0)
        return true;
    if (!segment->is_tcp)
        return false;
    if (strcmp(kind, "syn") == 0)
        return flags == TCP_SYN;
    if (strcmp(kind, "synack") == 0)
        return flags == (TCP_SYN | TCP_ACK);
    if (strcmp(kind, "fin") == 0)
        return flags & TCP_FIN;
    if (strcmp(kind, "rst") == 0)
        return flags & TCP_RST;
    if (strcmp(kind, "data") == 0)
        return segment->payload > 0;
    return flags == TCP_ACK && segment->payload == 0;
}

bool wire_rule_matches(WireRule *rule, const WireSegment *segment, int64_t now_ns)
{
    uint16_t client_port = segment->from == WIRE_CLIENT ? segment->source : segment->destination;
    if (rule->at_time || (rule->side >= 0 && rule->side != segment->from))
        return false;
    if (now_ns < rule->from_ns || now_ns >= rule->until_ns || (rule->port != 0 && rule->port != client_port))
        return false;
    if (!is_kind(rule->kind, segment) || segment->length - WIRE_LINK <= rule->over)
        return false;
    rule->seen++;
    return rule->seen >= rule->nth && rule->seen <= rule->last;
}
