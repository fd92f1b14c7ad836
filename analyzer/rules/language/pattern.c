/* `matches`: PCRE2 with limits on matching, since the subject comes from the capture and the pattern from
 * anybody. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/language/pattern.h"

#include <pcre2.h>
#include <string.h>

#include "base/bounds.h"

struct Pattern {
    pcre2_code *code;
    pcre2_match_context *context;
};

static char *problem_text(int code)
{
    PCRE2_UCHAR text[160];
    pcre2_get_error_message(code, text, sizeof text);
    return g_strdup((const char *)text);
}

Pattern *pattern_new(const char *text, char **ret_problem, size_t *ret_offset)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_max_pattern_length(context, PATTERN_LENGTH_MAX);
    pcre2_set_parens_nest_limit(context, PATTERN_NESTING_MAX);
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)text, strlen(text),
                      PCRE2_CASELESS | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code,
                      &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled) {
        *ret_problem = problem_text(code);
        *ret_offset = MIN(offset, strlen(text));
        return NULL;
    }
    Pattern *pattern = g_new0(Pattern, 1);
    pattern->code = compiled;
    pattern->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(pattern->context, PATTERN_MATCH_LIMIT);
    pcre2_set_depth_limit(pattern->context, PATTERN_MATCH_LIMIT);
    pcre2_set_heap_limit(pattern->context, PATTERN_HEAP_KIB);
    return pattern;
}

void pattern_free(Pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->context);
    pcre2_code_free(pattern->code);
    g_free(pattern);
}

Truth pattern_match(const Pattern *pattern, const char *subject)
{
    static GPrivate scratch = G_PRIVATE_INIT((GDestroyNotify)pcre2_match_data_free); /* of this thread */
    pcre2_match_data *data = g_private_get(&scratch);
    if (!data) {
        data = pcre2_match_data_create(1, NULL);
        g_private_set(&scratch, data);
    }
    int result = pcre2_match(pattern->code, (PCRE2_SPTR)subject, strnlen(subject, SUBJECT_LENGTH_MAX), 0, 0,
                             data, pattern->context);
    if (result >= 0)
        return TRUTH_TRUE;
    return result == PCRE2_ERROR_NOMATCH ? TRUTH_FALSE : TRUTH_UNKNOWN;
}
