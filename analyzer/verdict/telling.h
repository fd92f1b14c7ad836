/* What one rule says of one connection, in sentences: made once, and shared by every format.
 *
 * The texts are UTF-8 and made of the rule's own text and of facts. They may hold bytes that a capture chose
 * (the text of an RST), so whoever shows them on a terminal escapes them there. */
#pragma once

#include <glib.h>

#include "base/bounds.h"
#include "base/tcp-state.h"
#include "verdict/case.h"
#include "verdict/severity.h"

/* "server saw …": one line of `programs`, `confirm` or `fix`. */
typedef struct {
    int side;        /* Side it stands for, -1 for nobody, or for a role that nobody is known to play */
    const char *who; /* "client", "server", or the role's name where its side is not known; NULL for nobody */
    char *text;
} TellingLine;

/* An ending that the connection might have had, and what keeps it from being told. */
typedef struct {
    const Rule *rule;
    char *fact; /* "closer.fin.acked" */
    MissingReason missing;
} TellingPossible;

/* Shared by reference count; everything in it is constant. */
typedef struct {
    const Rule *rule; /* borrowed from the rule set; references and look-alikes are read there */
    Severity severity;
    Certainty certainty;
    char *title;         /* one line, in lower case at its beginning */
    GPtrArray *happened; /* char*: paragraphs */
    GArray *saw;         /* TellingLine: what each program saw */
    char *lost;          /* or NULL */
    GArray *confirm;     /* TellingLine: how to confirm it on the host */
    GArray *help;        /* TellingLine: what to do */
    GArray *evidence;    /* uint64_t: frames that prove it, sorted, each once */
    GArray *possible;    /* TellingPossible; only of endings */
} Telling;

/* Of the ending, and of the cause or the finding at `index` of the verdict. There must be one. Free with
 * telling_unref(). */
Telling *telling_new_ending(const Case *subject);
Telling *telling_new_cause(const Case *subject, unsigned index);
Telling *telling_new_finding(const Case *subject, unsigned index);

Telling *telling_ref(Telling *telling);
void telling_unref(Telling *telling);

/* "could also be fin-wait-2-timeout, but the capture starts after the handshake (closer.fin.acked)". Appends.
 */
void telling_possible_format(GString *out, const TellingPossible *possible);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Telling, telling_unref)
