/* Plain connections: a whole handshake, data in order, the last word the server's, one FIN and its
 * acknowledgement each way, all of it within a second. Most are, of many short ones, and nearly all that
 * rules ask of them is settled by that (usual.c), so that they can be judged by their events as they lie, and
 * their history is worked out only if something else is asked for.
 *
 * Whoever is not found plain may be so all the same: that only takes longer. */
#pragma once

#include "facts/witnesses.h"

typedef struct {
    const Connection *connection;
    const Event *fins[SIDES];
    int64_t established_ns; /* time of the SYN-ACK */
    unsigned server;        /* which end it is */
    Side closer;
    bool three_segment; /* the peer's FIN is the first to acknowledge the closer's */
} Plain;

/* Whether the connection is plain; fills in *ret_plain if so, which borrows both. */
bool plain_recognize(const Connection *connection, const Event *events, Plain *ret_plain);

/* As fact_witness() has it, which would have nothing more to say either. */
void plain_witness(const Plain *plain, Witness *ret_witness);

/* Works out the outline of the history of the connection at hand. Borrowed until the facts turn to another.
 */
typedef History *FactRecall(void *data);

/* As fact_set_begin(), without the history: `recall` is called if a fact needs it. */
void fact_set_begin_plain(FactSet *facts, const Plain *plain, const FactContext *context, FactRecall *recall,
                          void *data);
