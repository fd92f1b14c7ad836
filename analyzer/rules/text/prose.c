/* White space is held back until the next character, so that none stands at an end and every run is one. */
#include "rules/text/prose.h"

#include <string.h>

void prose_begin(Prose *prose, GString *out, bool ascii, bool is_sentence)
{
    *prose = (Prose){.out = out, .start = out->len, .ascii = ascii, .is_sentence = is_sentence};
}

static bool is_empty(const Prose *prose)
{
    return prose->out->len == prose->start;
}

static void flush_space(Prose *prose)
{
    if (!is_empty(prose) && prose->breaks > 1)
        g_string_append(prose->out, "\n\n");
    else if (!is_empty(prose) && prose->has_space)
        g_string_append_c(prose->out, ' ');
    prose->has_space = false;
    prose->breaks = 0;
}

/* What stands for a character where only ASCII is allowed. */
static const char *ascii_for(gunichar c)
{
    static const struct {
        gunichar character;
        const char *text;
    } table[] = {
        {0x2013, "-"},   {0x2014, "-"},  {0x2212, "-"},   {0x2010, "-"},  {0x2011, "-"},  {0x201c, "\""},
        {0x201d, "\""},  {0x201e, "\""}, {0x2018, "'"},   {0x2019, "'"},  {0x2192, "->"}, {0x2190, "<-"},
        {0x2194, "<->"}, {0x203a, ">"},  {0x2026, "..."}, {0x00b5, "u"},  {0x03bc, "u"},  {0x00b7, "-"},
        {0x00d7, "x"},   {0x2264, "<="}, {0x2265, ">="},  {0x2260, "!="}, {0x00a0, " "},  {0x202f, " "},
        {0x2009, " "},   {0x00b1, "+-"}, {0x2248, "~"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].character == c)
            return table[i].text;
    return "?";
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* How many characters of a plain word stand at `text`. */
static gsize count_plain(const char *text, const char *end)
{
    const char *at = text;
    while (at != end && *at > ' ' && *at < 0x7f)
        at++;
    return (gsize)(at - text);
}

void prose_add(Prose *prose, const char *text, gsize length)
{
    const char *end = text + length;
    if (prose->breaks < 2)
        prose->breaks = 0; /* a line of which nothing is left is no empty line */
    while (text < end) {
        if (is_space(*text)) {
            prose->has_space = true;
            prose->breaks += *text++ == '\n';
            continue;
        }
        flush_space(prose);
        gsize plain = count_plain(text, end);
        if (plain) {
            g_string_append_len(prose->out, text, (gssize)plain);
            text += plain;
            continue;
        }
        gunichar c = g_utf8_get_char_validated(text, end - text);
        bool is_valid = c != (gunichar)-1 && c != (gunichar)-2;
        const char *next = is_valid ? g_utf8_next_char(text) : text + 1;
        if (!is_valid)
            g_string_append_c(prose->out, '?');
        else if (prose->ascii && c >= 0x80)
            g_string_append(prose->out, ascii_for(c));
        else
            g_string_append_len(prose->out, text, next - text);
        text = next;
    }
}

static bool ends_with(const char *text, gsize length, const char *tail)
{
    gsize tail_length = strlen(tail);
    return length >= tail_length && !memcmp(text + length - tail_length, tail, tail_length);
}

/* Whether what was written is the end of a sentence: a full stop, maybe inside quotes or parentheses. */
static bool ends_sentence(const Prose *prose)
{
    static const char *const closers[] = {")", "\"", "'", "”", "’"};
    const char *text = prose->out->str + prose->start;
    gsize length = prose->out->len - prose->start;
    for (guint i = 0; i < G_N_ELEMENTS(closers);) {
        if (ends_with(text, length, closers[i])) {
            length -= strlen(closers[i]);
            i = 0;
        } else {
            i++;
        }
    }
    if (ends_with(text, length, "e.g.") || ends_with(text, length, "i.e."))
        return false;
    return ends_with(text, length, ".") || ends_with(text, length, "!") || ends_with(text, length, "?");
}

static bool begins_sentence(const Prose *prose)
{
    if (is_empty(prose))
        return prose->is_sentence;
    return prose->breaks > 1 || (prose->has_space && ends_sentence(prose));
}

void prose_add_words(Prose *prose, const char *words)
{
    if (begins_sentence(prose) && g_ascii_islower(*words)) {
        char capital = g_ascii_toupper(*words);
        prose_add(prose, &capital, 1);
        words++;
    }
    prose_add(prose, words, strlen(words));
}

void prose_drop_word(Prose *prose, const char *word)
{
    const char *text = prose->out->str + prose->start;
    gsize length = prose->out->len - prose->start, word_length = strlen(word);
    if (!prose->has_space || prose->breaks > 1 || length < word_length ||
        g_ascii_strncasecmp(text + length - word_length, word, word_length) ||
        (length > word_length && g_ascii_isalnum(text[length - word_length - 1])))
        return;
    length -= word_length;
    prose->has_space = false;
    prose->breaks = 0;
    if (ends_with(text, length, "\n\n")) {
        prose->breaks = 2;
        length -= 2;
    } else if (ends_with(text, length, " ")) {
        length--;
    }
    prose->has_space = length + word_length < prose->out->len - prose->start;
    g_string_truncate(prose->out, prose->start + length);
}
