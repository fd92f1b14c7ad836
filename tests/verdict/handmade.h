/* A connection made by hand: the one that the manual shows, judged by two rules made for the tests.
 *
 * The client closes (FIN in frame 8), the server writes 512 bytes 2.31 s later, the client's kernel answers
 * with RST. So the layers above can be tested for what they say, not for what was computed. */
#pragma once

#include "verdict/case.h"

typedef struct {
    RuleSet *rules;
    FactContext *context;
    FactSet *facts;
    History *history;
    Verdict verdict;
    Case subject;
} Handmade;

void handmade_init(Handmade *handmade);
void handmade_clear(Handmade *handmade);

/* Turns it into another connection of the same kind: `stream`, from `client_port` to `server_port`. */
void handmade_turn(Handmade *handmade, uint32_t stream, uint16_t client_port, uint16_t server_port);

/* The ending is set to this rule, certain, without causes and findings; and a cause or a finding is added. */
void handmade_end(Handmade *handmade, const char *rule);
void handmade_explain(Handmade *handmade, const char *rule);
void handmade_find(Handmade *handmade, const char *rule);
