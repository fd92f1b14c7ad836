/* What was wrong with an input, and where: kept in order, bounded, shown on stderr and in the JSON. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"

typedef enum {
    DIAGNOSTIC_NOTE,    /* worth saying; the exit status stays: a capture cut inside its last packet */
    DIAGNOSTIC_WARNING, /* part of the input could not be understood: a link type nobody reads */
    DIAGNOSTIC_ERROR,   /* the input could not be read to its end: exit status 3 */
} DiagnosticSeverity;

typedef struct {
    DiagnosticSeverity severity;
    uint64_t offset; /* bytes from the start of the (decompressed) file */
    uint64_t frame;  /* the frame it concerns, 0 where it concerns none */
    char *message;   /* one sentence in lower case, what was expected and what was found; owned */
} Diagnostic;

/* A list that keeps the first DIAGNOSTICS_MAX and counts the rest. */
typedef struct DiagnosticList DiagnosticList;

DiagnosticList *diagnostic_list_new(void);
void diagnostic_list_free(DiagnosticList *list);
void diagnostic_list_add(DiagnosticList *list, DiagnosticSeverity severity, uint64_t offset, uint64_t frame,
                         const char *format, ...) G_GNUC_PRINTF(5, 6);

/* How many are kept, and the kept one at `index` (borrowed). */
guint diagnostic_list_length(const DiagnosticList *list);
const Diagnostic *diagnostic_list_get(const DiagnosticList *list, guint index);

/* How many were added beyond DIAGNOSTICS_MAX, and the worst severity of all (NOTE where there is none). */
uint64_t diagnostic_list_dropped(const DiagnosticList *list);
DiagnosticSeverity diagnostic_list_worst(const DiagnosticList *list);

const char *diagnostic_severity_name(DiagnosticSeverity severity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DiagnosticList, diagnostic_list_free)
