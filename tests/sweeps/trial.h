/* One trial: a list of packets judged from the first to the last, as the program would judge a capture of
 * just these. */
#pragma once

#include <glib.h>

#include "capture/frame.h"
#include "decode/segment.h"
#include "rules/set/rule-set.h"

/* A frame of the capture, or of a mutation of it. */
typedef struct {
    Segment segment;
    int64_t time_ns;
    uint32_t original; /* index of the frame in the capture that was not mutated */
    bool has_segment;
} Packet;

/* What became of one stream. */
typedef struct {
    const Rule *path[VERDICT_PATH_MAX];
    unsigned path_length;
    Certainty certainty;
    const Rule *cause; /* that leads, or NULL */
    const Rule *findings[VERDICT_CAUSES_MAX + VERDICT_FINDINGS_MAX]; /* and causes */
    unsigned finding_count, certain_count; /* those that are certain come first */
} Outcome;

typedef struct {
    GArray *outcomes;  /* Outcome, by stream */
    GArray *stream_of; /* uint32_t, by packet; NO_STREAM where it has no segment */
} Trial;

#define NO_STREAM UINT32_MAX

Trial *trial_new(void);
void trial_free(Trial *trial);

/* Judges `packets` anew; frames are numbered from 1 in their order. `cut`: the file ends inside a packet. */
void trial_run(Trial *trial, const RuleSet *rules, const Packet *packets, guint count, bool cut);

/* Decodes a frame, shortened to `snaplen` bytes where it is longer (0: not). */
Packet packet_from_frame(const Frame *frame, uint32_t index, uint32_t snaplen);

static inline const Rule *outcome_ending(const Outcome *outcome)
{
    return outcome->path_length ? outcome->path[outcome->path_length - 1] : NULL;
}

static inline const char *outcome_name(const Outcome *outcome)
{
    return outcome->path_length ? outcome_ending(outcome)->id : "(none)";
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trial, trial_free)
