/* Greedy filling: a word goes on the line as long as it fits. */
#include "report/wrap.h"

#include <string.h>

void wrap_append(GString *out, const Style *style, const char *text, unsigned at, unsigned indent)
{
    GString *plain = g_string_new(NULL);
    style_escape(plain, text, style->is_ascii);
    unsigned column = at;
    bool is_line_begin = true;
    for (const char *word = plain->str; *word;) {
        size_t length = strcspn(word, " ");
        unsigned columns = style_columns(word, (gssize)length);
        if (!is_line_begin && column + 1 + columns > style->width) {
            g_string_append_c(out, '\n');
            style_pad(out, 0, indent);
            column = indent;
            is_line_begin = true;
        }
        if (length) {
            if (!is_line_begin)
                g_string_append_c(out, ' ');
            g_string_append_len(out, word, (gssize)length);
            column += columns + !is_line_begin;
            is_line_begin = false;
        }
        word += length + (word[length] == ' ');
    }
    g_string_append_c(out, '\n');
    g_string_free(plain, TRUE);
}
