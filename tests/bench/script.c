/* How the generated connections go.
 *
 * A script has a letter for each segment, a capital for the client's and a small one for the server's:
 *
 *     S SYN   A ACK   D a message   B a full segment of a bulk transfer   F FIN   R RST of an abort
 *     X RST in reply to the segment before   Q RST in reply to a SYN
 *     ( ) this part several times   ~ arrives only after the next segment   _ five idle seconds
 *
 * The capture point is beside the server: its answers follow within microseconds, the client's after a round
 * trip. Numbers, windows, timestamps and IP ids are those of Linux, also in resets: an abort continues the
 * connection, a reply takes its number from the segment it answers and carries nothing else. */
#include "script.h"

#include <string.h>

typedef struct {
    unsigned weight; /* of a thousand */
    const char *text;
} Script;

static const Script short_scripts[] = {
    {300, "SsA(Dd)AFafA"}, /* four segments, by the client */
    {400, "SsA(Dd)FfA"},   /* three */
    {130, "SsA(Dd)AfAFa"}, /* four, by the server */
    {50, "SsA(Dd)AfFa"},   /* three */
    {20, "SsA(Dd)AF~fAa"}, /* both at once */
    {25, "SsA(Dd)AR"},     /* the client aborts */
    {15, "SsA(Dd)Ar"},     /* the server does */
    {20, "SsA(Dd)AfADx"},  /* written after the other's FIN was acknowledged */
    {10, "SsA(Dd)A_f~Dx"}, /* the next request and the FIN of an idle server cross */
    {20, "Sq"},            /* nobody listens */
    {10, "SsA(Dd)ADar"},   /* closed with a request unread */
};

static const Script long_scripts[] = {
    {550, "SsAD(bbA)FfA"},
    {150, "SsAD(bbA)fAFa"},
    {250, "SsA(BBa)AFafA"},
    {50, "SsAD(bbA)R"},
};

static const Script single_script[] = {{1000, "SsAD(bbA)FfA"}};
static const Script flood_script[] = {{1000, "S"}};

#define REFUSED_PORT 8081

static const char *script_pick(const Script *scripts, uint64_t *random)
{
    unsigned number = random_between(random, 0, 999);
    for (; number >= scripts->weight; scripts++)
        number -= scripts->weight;
    return scripts->text;
}

static bool is_server(char letter)
{
    return letter >= 'a' && letter <= 'z';
}

static char capital(char letter)
{
    return is_server(letter) ? (char)(letter - 'a' + 'A') : letter;
}

/* Puts `at` on the next letter: into the repeated part once more, or past its end. */
static void conversation_settle(Conversation *conversation)
{
    if (*conversation->at == ')') {
        if (conversation->repeats) {
            conversation->repeats--;
            while (*conversation->at != '(')
                conversation->at--;
        }
        conversation->at++;
    }
    if (*conversation->at == '(')
        conversation->at++;
}

static uint32_t repeats_pick(uint64_t *random)
{
    uint32_t number = random_between(random, 0, 9);
    return number < 5 ? 0 : number < 8 ? 1 : 2; /* once is what stands there */
}

static uint16_t server_port(uint32_t server, const char *script)
{
    static const uint16_t ports[] = {443, 80, 8080, 5432, 443, 6379, 25, 443, 3306, 9092};
    return strcmp(script, "Sq") == 0 ? REFUSED_PORT : ports[server % (sizeof ports / sizeof *ports)];
}

/* 4096 clients with 16384 ephemeral ports each, 60 servers. A flood comes from an address a segment. */
static void hosts_address(Conversation *conversation, Kind kind, uint32_t number, uint64_t *random)
{
    Host *client = &conversation->hosts[0], *server = &conversation->hosts[1];
    uint32_t index = number % 4096, which = kind == KIND_SYN_FLOOD ? 0 : random_between(random, 0, 59);
    client->address = 0x0A000000 | index * 2654435u % 0xFFFFFF;
    client->port = (uint16_t)(32768 + number / 4096 * 5 % 16384 + index % 7);
    if (kind == KIND_SYN_FLOOD) {
        client->address = (number + 1) * 2654435761u; /* odd: no two alike */
        client->port = (uint16_t)random_between(random, 1024, 65535);
    }
    server->address = 0xC0A80A00 + which / 3;
    server->port = server_port(which, conversation->script);
}

void conversation_begin(Conversation *conversation, Kind kind, uint32_t number, uint32_t repeats,
                        uint64_t *random)
{
    static const Script *const scripts[] = {short_scripts, long_scripts, single_script, flood_script};
    *conversation = (Conversation){.script = script_pick(scripts[kind], random)};
    conversation->at = conversation->script;
    conversation->repeats = kind == KIND_SHORT ? repeats_pick(random) : repeats;
    conversation->round_trip_us = random_between(random, 2000, 200000);
    hosts_address(conversation, kind, number, random);
    for (unsigned i = 0; i < 2; i++) {
        Host *host = &conversation->hosts[i];
        host->next = (uint32_t)random_next(random);
        host->ip_id = (uint16_t)random_next(random);
        host->clock = (uint32_t)random_next(random);
        host->window = 502;
        host->ttl = i ? 64 : (uint16_t)random_between(random, 44, 60);
    }
}

static uint16_t data_length(char letter, unsigned from, uint64_t *random)
{
    if (letter == 'B')
        return PAYLOAD_MAX;
    return letter == 'D' ? (uint16_t)random_between(random, 40, from ? 280 : 160) : 0;
}

/* What the letter stands for, as its sender's state makes it. */
static void packet_fill(Packet *packet, char letter, const Host *from)
{
    static const struct {
        char letter;
        uint8_t flags;
    } kinds[] = {{'S', FLAG_SYN},
                 {'A', FLAG_ACK},
                 {'D', FLAG_PSH | FLAG_ACK},
                 {'B', FLAG_ACK},
                 {'F', FLAG_FIN | FLAG_ACK},
                 {'R', FLAG_RST | FLAG_ACK},
                 {'X', FLAG_RST},
                 {'Q', FLAG_RST | FLAG_ACK}};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].letter == letter)
            packet->flags = kinds[i].flags;
    if (letter == 'S' && from->received)
        packet->flags |= FLAG_ACK;
    packet->seq = letter == 'X' ? from->answered : letter == 'Q' ? 0 : from->next;
    packet->ack = packet->flags & FLAG_ACK ? from->received : 0;
    packet->has_timestamps = letter != 'X' && letter != 'Q';
    packet->window = !packet->has_timestamps ? 0 : letter == 'S' ? 64240 : from->window;
}

static void host_receives(Host *host, uint32_t next, uint32_t ack, uint32_t clock)
{
    host->received = next;
    host->answered = ack;
    host->echo = clock;
}

/* Moves the sender on, and lets the segment arrive, now or after the next. */
static void conversation_send(Conversation *conversation, unsigned from, const Packet *packet)
{
    Host *host = &conversation->hosts[from];
    host->next += packet->length + ((packet->flags & (FLAG_SYN | FLAG_FIN)) != 0);
    if (packet->has_timestamps)
        host->ip_id++;
    unsigned late = conversation->late;
    if (conversation->at[1] == '~') {
        conversation->late = 2 - from;
        conversation->late_next = host->next;
        conversation->late_ack = packet->ack;
        conversation->late_clock = packet->tsval;
        conversation->at++;
    } else {
        conversation->late = 0;
        host_receives(&conversation->hosts[1 - from], host->next, packet->ack, packet->tsval);
    }
    if (late)
        host_receives(&conversation->hosts[late - 1], conversation->late_next, conversation->late_ack,
                      conversation->late_clock);
}

void conversation_play(Conversation *conversation, int64_t now_us, uint64_t *random, Packet *ret_packet)
{
    conversation->at += *conversation->at == '_';
    char letter = *conversation->at;
    unsigned from = is_server(letter);
    const Host *host = &conversation->hosts[from], *peer = &conversation->hosts[1 - from];
    *ret_packet = (Packet){.time_us = now_us,
                           .source = host->address,
                           .destination = peer->address,
                           .source_port = host->port,
                           .destination_port = peer->port,
                           .tsval = host->clock + (uint32_t)(now_us / 1000),
                           .tsecr = host->echo,
                           .ttl = (uint8_t)host->ttl,
                           .text = (uint16_t)random_next(random)};
    letter = capital(letter);
    packet_fill(ret_packet, letter, host);
    /* Linux numbers neither a SYN-ACK nor a reply: both leave without a socket of their own. */
    bool is_numbered = ret_packet->has_timestamps && !(letter == 'S' && from);
    ret_packet->ip_id = is_numbered ? host->ip_id : 0;
    ret_packet->length = data_length(letter, from, random);
    conversation->last = *conversation->at;
    conversation_send(conversation, from, ret_packet);
    conversation->at++;
    conversation_settle(conversation);
}

uint32_t conversation_wait(const Conversation *conversation, uint64_t *random)
{
    char letter = *conversation->at;
    if (letter == '_')
        return 5000000;
    uint32_t jitter = random_between(random, 0, 200);
    if (is_server(letter) == is_server(conversation->last))
        return jitter / 8;
    if (is_server(letter))
        return letter == 'd' ? 500 + jitter * 50 : 30 + jitter;
    return conversation->round_trip_us + jitter * 10;
}

bool conversation_is_over(const Conversation *conversation)
{
    return !*conversation->at;
}
