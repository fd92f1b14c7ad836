/* The command line as it was written, before anything in it is checked. Only options*.c include it. */
#pragma once

#include "pipeline/options.h"

/* Options that take a value: every one that was given, in order; NULL where none was. */
typedef enum {
    GIVEN_READ,
    GIVEN_FILTER,
    GIVEN_WHERE,
    GIVEN_STREAM,
    GIVEN_NUMBERING,
    GIVEN_FOLLOW,
    GIVEN_WHY,
    GIVEN_OUTPUT,
    GIVEN_FAIL_ON,
    GIVEN_EXPECT,
    GIVEN_WRITE_EXPECT,
    GIVEN_TIME,
    GIVEN_COLOR,
    GIVEN_RULES,
    GIVEN_PARAM,
    GIVEN_SELECT,
    GIVEN_IGNORE,
    GIVEN_CONFIG,
    GIVEN_EXPLAIN,
    GIVEN_SAMPLES,
    GIVEN_COUNT,
} Given;

typedef struct {
    char **values[GIVEN_COUNT];
    gboolean join, facts, quiet, verbose;
    gboolean no_config, list_rules, list_facts, test_rules, markdown;
    gboolean help, version;
} RawOptions;

/* Fills in all but the captures and the text of the help. */
bool options_check(Options *options, RawOptions *raw, GError **error);

bool options_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
