/* libyaml says where a scalar begins and ends, not where each of its characters came from. This walks the
 * file and the text side by side: characters that agree belong to one run; quotes, escapes, indentation and
 * folds start the next. A wrong guess costs a column in a message and nothing else. */
#include "rules/yaml/place.h"

#include <stdbool.h>
#include <string.h>

struct YamlLines {
    const char *text;
    gsize length;
    GArray *starts; /* gsize: the offset of each line */
    /* where the last scalar began: the next is further on, perhaps in the same long line */
    unsigned line, column;
    gsize at;
};

/* The length of the line break here, as libyaml sees line breaks (YAML 1.1 has five of them); 0 for none. */
static gsize break_length(const char *text, gsize left)
{
    if (!left)
        return 0;
    if (text[0] == '\r')
        return left > 1 && text[1] == '\n' ? 2 : 1;
    if (text[0] == '\n')
        return 1;
    if (left >= 2 && !memcmp(text, "\xc2\x85", 2))
        return 2;
    return left >= 3 && (!memcmp(text, "\xe2\x80\xa8", 3) || !memcmp(text, "\xe2\x80\xa9", 3)) ? 3 : 0;
}

YamlLines *yaml_lines_new(const char *text, gsize length)
{
    YamlLines *lines = g_new0(YamlLines, 1);
    lines->text = text;
    lines->length = length;
    lines->starts = g_array_new(FALSE, FALSE, sizeof(gsize));
    gsize start = length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0; /* byte order mark */
    g_array_append_val(lines->starts, start);
    for (gsize at = start; at < length;) {
        gsize skip = break_length(text + at, length - at);
        at += skip ? skip : 1;
        if (skip)
            g_array_append_val(lines->starts, at);
    }
    return lines;
}

void yaml_lines_free(YamlLines *lines)
{
    if (!lines)
        return;
    g_array_unref(lines->starts);
    g_free(lines);
}

/* Both texts, and how far the walk has come. */
typedef struct {
    const YamlLines *lines;
    gsize at; /* in the file */
    unsigned line, column;
    const char *value;
    gsize length, done; /* of the value */
    GArray *runs;
} Walk;

static void begin_run(Walk *walk)
{
    SourceRun run = {.offset = walk->done, .line = walk->line, .column = walk->column};
    if (walk->runs->len && g_array_index(walk->runs, SourceRun, walk->runs->len - 1).offset == walk->done)
        g_array_set_size(walk->runs, walk->runs->len - 1);
    g_array_append_val(walk->runs, run);
}

static bool at_end(const Walk *walk)
{
    return walk->at >= walk->lines->length || walk->done >= walk->length;
}

static char here(const Walk *walk)
{
    return walk->lines->text[walk->at];
}

static gsize break_here(const Walk *walk)
{
    return break_length(walk->lines->text + walk->at, walk->lines->length - walk->at);
}

/* One character of the file, or one line break. */
static void step(Walk *walk)
{
    gsize skip = break_here(walk);
    if (skip) {
        walk->at += skip;
        walk->line++;
        walk->column = 1;
        return;
    }
    do
        walk->at++;
    while (walk->at < walk->lines->length && (here(walk) & 0xc0) == 0x80);
    walk->column++;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* White space of the file, and what it became: within a line itself, over a fold a space or some line breaks.
 */
static void pass_space(Walk *walk)
{
    bool folded = false;
    gsize count = 0;
    while (walk->at < walk->lines->length && (is_blank(here(walk)) || break_here(walk))) {
        folded |= break_here(walk) != 0;
        count++;
        step(walk);
    }
    while (walk->done < walk->length && (folded || count) &&
           (is_blank(walk->value[walk->done]) || walk->value[walk->done] == '\n')) {
        walk->done++;
        count -= count > 0;
    }
    if (folded || count) /* else it stands in the value as it stands in the file */
        begin_run(walk);
}

/* An escape of a double-quoted scalar: a backslash and what it stands for. */
static void pass_escape(Walk *walk)
{
    step(walk);
    if (at_end(walk))
        return;
    if (break_here(walk)) { /* an escaped line break is nothing at all, nor is the indentation after it */
        while (walk->at < walk->lines->length && (is_blank(here(walk)) || break_here(walk)))
            step(walk);
        begin_run(walk);
        return;
    }
    unsigned digits = here(walk) == 'x' ? 2 : here(walk) == 'u' ? 4 : here(walk) == 'U' ? 8 : 0;
    step(walk);
    while (digits-- && walk->at < walk->lines->length && g_ascii_isxdigit(here(walk)))
        step(walk);
    do
        walk->done++;
    while (walk->done < walk->length && (walk->value[walk->done] & 0xc0) == 0x80);
    begin_run(walk);
}

static void walk_flow(Walk *walk)
{
    char quote = walk->at < walk->lines->length ? here(walk) : '\0';
    if (quote != '"' && quote != '\'')
        quote = '\0';
    else
        step(walk);
    begin_run(walk);
    while (!at_end(walk)) {
        if (quote == '"' && here(walk) == '\\') {
            pass_escape(walk);
        } else if (is_blank(here(walk)) || break_here(walk)) {
            pass_space(walk);
        } else if (quote == '\'' && here(walk) == '\'') { /* '' */
            step(walk);
            step(walk);
            walk->done++;
            begin_run(walk);
        } else {
            gsize before = walk->at;
            step(walk);
            walk->done += walk->at - before;
        }
    }
}

/* One line of a block scalar, after its white space: it stands in the value as it stands in the file. */
static void pass_line(Walk *walk)
{
    while (walk->done < walk->length &&
           (is_blank(walk->value[walk->done]) || walk->value[walk->done] == '\n'))
        walk->done++;
    begin_run(walk);
    while (!at_end(walk) && !break_here(walk)) {
        gsize before = walk->at;
        step(walk);
        walk->done += walk->at - before;
    }
}

static void walk_block(Walk *walk)
{
    while (walk->at < walk->lines->length && !break_here(walk)) /* | or >, and a comment */
        step(walk);
    bool begun = false;
    while (!at_end(walk)) {
        while (walk->at < walk->lines->length && (is_blank(here(walk)) || break_here(walk)))
            step(walk);
        if (!begun)
            begin_run(walk);
        begun = true;
        if (!at_end(walk))
            pass_line(walk);
    }
}

/* Goes to the line and column, or to the end of the line. */
static void go_to(Walk *walk, YamlLines *lines, unsigned line, unsigned column)
{
    bool is_further = line == lines->line && column >= lines->column;
    walk->line = line;
    walk->column = is_further ? lines->column : 1;
    walk->at =
        is_further ? lines->at : g_array_index(lines->starts, gsize, MIN(line - 1, lines->starts->len - 1));
    while (walk->column < column && walk->at < lines->length && !break_here(walk))
        step(walk);
    lines->line = line;
    lines->column = walk->column;
    lines->at = walk->at;
}

SourceRun *yaml_place_runs(YamlLines *lines, YamlScalarForm form, const char *value, gsize length,
                           unsigned line, unsigned column, guint *ret_count)
{
    Walk walk = {.lines = lines, .value = value, .length = length};
    walk.runs = g_array_new(FALSE, FALSE, sizeof(SourceRun));
    go_to(&walk, lines, line, column);
    begin_run(&walk);
    if (form == YAML_FLOW_SCALAR)
        walk_flow(&walk);
    else
        walk_block(&walk);
    *ret_count = walk.runs->len;
    return (SourceRun *)(void *)g_array_free(walk.runs, FALSE);
}
