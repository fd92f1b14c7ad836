/* The command line: what was asked for, checked as far as it can be without reading anything. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/tcp-state.h"
#include "flow/table.h"
#include "report/report.h"

/* What the program is to do; everything but MODE_REPORT, MODE_WHY, MODE_FOLLOW and MODE_TEST_RULES reads no
 * capture. */
typedef enum {
    MODE_REPORT,
    MODE_WHY,
    MODE_FOLLOW,
    MODE_LIST_RULES,
    MODE_EXPLAIN,
    MODE_LIST_FACTS,
    MODE_TEST_RULES,
    MODE_VERSION,
    MODE_HELP,
} Mode;

typedef struct {
    Mode mode;
    char **captures; /* NULL-terminated, in the order given; folders as the captures in them */
    char **left_out; /* NULL-terminated: what was not taken of folders, and why, a line each */
    char **outputs;                                         /* "FORMAT" or "FORMAT=FILE"; none with --expect alone */
    bool joins;                                             /* --join, and there are several */
    char *filter;                                           /* -f, or NULL */
    char *where;                                            /* --where, or NULL */
    int64_t stream;                                         /* --stream, --why or --follow, -1 for all */
    Side follow_side;                                       /* with MODE_FOLLOW */
    Numbering numbering;                                    /* of streams */
    char **rule_paths, **parameters, **selected, **ignored; /* may be NULL */
    char *config;                                           /* --config, or NULL */
    bool no_config;
    char *explain; /* --explain */
    char *samples; /* --samples, or NULL */
    char *expect, *write_expect; /* files, or NULL */
    char *help;    /* MODE_HELP: the text */
    bool markdown; /* lists as they stand in docs/ */
    ReportOptions report;
} Options;

/* CLOSELINT_ERROR_USAGE where the command line makes no sense, or asks for something that would be ignored. */
bool options_parse(Options *options, char **arguments, GError **error);
void options_clear(Options *options);
