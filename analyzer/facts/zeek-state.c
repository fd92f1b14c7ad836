/* The states of an end as a table: what a flag makes of them. SYN, then FIN, then RST of a segment are looked
 * at, each against the state before the segment; sequence numbers are not. */
#include "facts/zeek.h"

#include <glib.h>

#define IN(state) (1u << (state))
#define ANY       0xffu

enum { BY_ORIGINATOR = 1 << ZEEK_ORIGINATOR, BY_RESPONDER = 1 << ZEEK_RESPONDER, BY_BOTH = 3 };
enum { NO_FLAG = 0 };

typedef struct {
    uint8_t flag;         /* that is looked at; NO_FLAG: the segment has none of the three */
    uint8_t from, peer;   /* states before, as IN() */
    uint8_t by;           /* who sends it */
    uint8_t with;         /* flags it must have as well */
    uint8_t without;      /* and must not have */
    bool is_empty;        /* only without payload */
    uint8_t becomes;      /* ZeekState */
    uint8_t peer_becomes; /* ZeekState; ZEEK_INACTIVE: stays */
} Step;

#define STARTED (IN(ZEEK_ESTABLISHED) | IN(ZEEK_PARTIAL))
#define OPENING (IN(ZEEK_SYN_SENT) | IN(ZEEK_SYN_ACK_SENT))

/* The first of a flag that fits. */
static const Step steps[] = {
    {TCP_SYN, IN(ZEEK_INACTIVE), ANY, BY_ORIGINATOR, 0, TCP_ACK, false, ZEEK_SYN_SENT},
    {TCP_SYN, IN(ZEEK_INACTIVE), ANY, BY_ORIGINATOR, TCP_ACK, 0, false, ZEEK_SYN_ACK_SENT},
    {TCP_SYN, IN(ZEEK_INACTIVE), IN(ZEEK_SYN_SENT), BY_RESPONDER, 0, 0, false, ZEEK_ESTABLISHED,
     ZEEK_ESTABLISHED},
    {TCP_SYN, IN(ZEEK_INACTIVE), ANY, BY_RESPONDER, 0, 0, false, ZEEK_ESTABLISHED},
    {TCP_SYN, IN(ZEEK_PARTIAL), IN(ZEEK_INACTIVE), BY_BOTH, 0, TCP_ACK, false, ZEEK_SYN_SENT},

    {TCP_FIN, IN(ZEEK_INACTIVE) | OPENING, ANY, BY_BOTH, 0, 0, false, ZEEK_CLOSED},
    {TCP_FIN, STARTED, ANY, BY_BOTH, 0, TCP_RST, false, ZEEK_CLOSED},

    {TCP_RST, IN(ZEEK_INACTIVE) | OPENING | STARTED, ANY, BY_BOTH, 0, 0, false, ZEEK_RESET},
    {TCP_RST, IN(ZEEK_CLOSED), ANY & ~IN(ZEEK_CLOSED), BY_BOTH, 0, 0, false, ZEEK_RESET},

    {NO_FLAG, IN(ZEEK_INACTIVE), IN(ZEEK_SYN_SENT), BY_RESPONDER, 0, 0, true, ZEEK_INACTIVE},
    {NO_FLAG, IN(ZEEK_INACTIVE), IN(ZEEK_ESTABLISHED), BY_BOTH, TCP_ACK, 0, false, ZEEK_ESTABLISHED},
    {NO_FLAG, IN(ZEEK_INACTIVE), ANY, BY_BOTH, 0, 0, false, ZEEK_PARTIAL},
};

static void become(ZeekEnd *end, ZeekState state)
{
    if (state != end->state) {
        end->previous = end->state;
        end->state = state;
    }
}

static bool step_fits(const Step *step, ZeekState before, const ZeekEnd *peer, unsigned which,
                      const HistoryRow *row)
{
    return step->from & IN(before) && step->peer & IN(peer->state) && step->by & 1u << which &&
           (row->flags & step->with) == step->with && !(row->flags & step->without) &&
           !(step->is_empty && row->length);
}

static void look_at(uint8_t flag, ZeekState before, ZeekEnd *self, ZeekEnd *peer, unsigned which,
                    const HistoryRow *row)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        const Step *step = &steps[i];
        if (step->flag != flag || !step_fits(step, before, peer, which, row))
            continue;
        become(self, step->becomes);
        if (step->peer_becomes)
            become(peer, step->peer_becomes);
        /* A FIN and an RST from the peer, and now the FIN of this side: a normal end after all. */
        if (flag == TCP_FIN && step->from & STARTED && peer->state == ZEEK_RESET &&
            peer->previous == ZEEK_CLOSED)
            become(peer, ZEEK_CLOSED);
        return;
    }
}

void zeek_state_take(ZeekEnd *self, ZeekEnd *peer, unsigned which, const HistoryRow *row)
{
    static const uint8_t flags[] = {TCP_SYN, TCP_FIN, TCP_RST};
    ZeekState before = self->state;
    bool has_any = false;
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (!(row->flags & flags[i]))
            continue;
        has_any = true;
        look_at(flags[i], before, self, peer, which, row);
    }
    if (!has_any)
        look_at(NO_FLAG, before, self, peer, which, row);
}
