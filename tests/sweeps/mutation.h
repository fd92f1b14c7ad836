/* The ways in which a capture may show less than it could, or more than there was. */
#pragma once

#include "trial.h"

typedef enum {
    MUTATION_REMOVED,   /* one frame lost; position: which */
    MUTATION_ONE_SIDED, /* one direction; position 0: only what went up the address and port order, 1: down */
    MUTATION_LATE,      /* the first frames missing; position: how many */
    MUTATION_EARLY,     /* the last frames missing; position: how many are left */
    MUTATION_DUPLICATED, /* each frame twice, as a mirror port does */
    MUTATION_SWAPPED,    /* two neighbours close in time in the other order; position: the first of them */
    MUTATION_SNAPLEN,    /* frames cut; position: at how many bytes */
    MUTATION_KINDS,
} MutationKind;

typedef struct {
    MutationKind kind;
    guint position;
} Mutation;

const char *mutation_kind_name(MutationKind kind);

/* Steps to the next mutation of a capture of `count` frames, starting from {0, 0} with `*first` true. False
 * at the end. */
bool mutation_next(Mutation *mutation, guint count, bool *first);

/* The packets after the mutation, into the array of Packet. */
void mutation_apply(const Mutation *mutation, const Frame *frames, const Packet *packets, guint count,
                    GArray *ret_packets);

/* "frame 7 lost", with frame numbers of the whole capture. Appends. */
void mutation_format(GString *out, const Mutation *mutation);
