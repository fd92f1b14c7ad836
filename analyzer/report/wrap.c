/* Greedy filling: a word goes on the line as long as it fits. */
#include "report/wrap.h"

void wrap_append(GString *out, const Style *style, const char *text, unsigned at, unsigned indent)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    GString *word = g_string_new(NULL);
    unsigned column = at;
    bool is_line_begin = true;
    for (guint i = 0; words[i]; i++) {
        g_string_truncate(word, 0);
        style_escape(word, words[i], style->is_ascii);
        if (!word->len)
            continue;
        unsigned columns = style_columns(word->str, (gssize)word->len);
        if (!is_line_begin && column + 1 + columns > style->width) {
            g_string_append_c(out, '\n');
            style_pad(out, 0, indent);
            column = indent;
            is_line_begin = true;
        }
        if (!is_line_begin)
            g_string_append_c(out, ' ');
        g_string_append_len(out, word->str, (gssize)word->len);
        column += columns + !is_line_begin;
        is_line_begin = false;
    }
    g_string_append_c(out, '\n');
    g_string_free(word, TRUE);
}
