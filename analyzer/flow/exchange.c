#include "flow/exchange.h"

void exchange_begin(Exchange *exchange)
{
    *exchange = (Exchange){.speaker = EXCHANGE_NOBODY, .first = EXCHANGE_NOBODY};
    for (unsigned end = 0; end < 2; end++) {
        ExchangeEnd *own = &exchange->end[end];
        own->next = own->heard = own->turn_heard = own->message_seq = 1;
        own->before_ns = own->burst_before_ns = EXCHANGE_NEVER;
    }
}

static void begin_message(ExchangeEnd *own, const Payload *payload, int64_t before_ns)
{
    own->message_seq = payload->seq;
    own->message_ns = payload->time_ns;
    own->message_frame = payload->frame;
    own->before_ns = before_ns;
}

static void begin_burst(ExchangeEnd *own, const Payload *payload, int64_t before_ns)
{
    own->burst_seq = payload->seq;
    own->burst_ns = payload->time_ns;
    own->burst_frame = payload->frame;
    own->burst_before_ns = before_ns;
    own->bursts++;
}

/* The other end's message, which it heard out, is answered. */
static void take_answer(ExchangeEnd *own, ExchangeEnd *peer, const Payload *payload)
{
    int64_t took_ns = payload->time_ns - peer->last_ns;
    own->answers++;
    own->answered_ns += took_ns;
    if (took_ns > own->longest_answer_ns)
        own->longest_answer_ns = took_ns;
    if (peer->before_ns != EXCHANGE_NEVER && peer->message_ns - peer->before_ns > peer->longest_idle_ns)
        peer->longest_idle_ns = peer->message_ns - peer->before_ns;
}

static void begin_turn(Exchange *exchange, unsigned end, const Payload *payload)
{
    ExchangeEnd *own = &exchange->end[end], *peer = &exchange->end[!end];
    const bool is_first = exchange->speaker == EXCHANGE_NOBODY;
    const bool has_heard = payload->ack >= peer->next;
    const int64_t before_ns = is_first ? EXCHANGE_NEVER : peer->last_ns;
    /* Its message goes on where the other's turn crossed it, before or after the capture point. */
    const bool goes_on = own->turns && (!has_heard || peer->turn_heard < own->next);
    if (is_first)
        exchange->first = (uint8_t)end;
    else if (has_heard)
        take_answer(own, peer, payload);
    else
        exchange->crossings++;
    if (!goes_on)
        begin_message(own, payload, before_ns);
    own->bursts = 0;
    begin_burst(own, payload, before_ns);
    own->turn_frame = payload->frame;
    own->turn_seq = payload->seq;
    own->turn_heard = payload->ack;
    own->turns++;
    exchange->speaker = (uint8_t)end;
}

void exchange_take(Exchange *exchange, unsigned end, const Payload *payload)
{
    ExchangeEnd *own = &exchange->end[end];
    if (exchange->speaker != end) {
        begin_turn(exchange, end, payload);
    } else {
        const int64_t pause_ns = payload->time_ns - own->last_ns;
        if (pause_ns > own->pause_ns)
            own->pause_ns = pause_ns;
        if (pause_ns >= EXCHANGE_BURST_NS)
            begin_burst(own, payload, own->last_ns);
    }
    if (payload->end > own->next) /* it may fill a hole */
        own->next = payload->end;
    own->heard = payload->ack;
    own->last_ns = payload->time_ns;
    own->last_frame = payload->frame;
}

void exchange_take_events(Exchange *exchange, const Connection *connection, const Event *events)
{
    const Sequence *sequence = connection->sequence;
    const uint32_t wire[] = {sequence[0].isn + (uint32_t)sequence[0].next,
                             sequence[1].isn + (uint32_t)sequence[1].next};
    for (unsigned i = exchange->taken; i < connection->tracked; i++) {
        const Event *event = &events[i];
        const unsigned end = event_end(event);
        if (!event_speaks(event->flags, event->marks, event->length))
            continue;
        const int64_t seq = sequence[end].next + seq_diff(event->seq, wire[end]) + !!(event->flags & TCP_SYN);
        const int64_t ack =
            event->flags & TCP_ACK ? sequence[!end].next + seq_diff(event->ack, wire[!end]) : 0;
        exchange_take(exchange, end, &(Payload){event->time_ns, seq, seq + event->length, ack, event->frame});
    }
}
